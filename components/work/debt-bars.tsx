"use client";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { causeWords, debtCauses } from "#lib/domain/debt.ts";
import { causeColours, type DebtBar, grouped } from "./debt-words.ts";

const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const tick = { fill: "var(--muted)", fontSize: 11 };
const tip = {
  ...{ background: "var(--surface)", border: "1px solid var(--line-strong)", borderRadius: 6 },
  ...{ color: "var(--text)", fontSize: 12.5, padding: "6px 10px", boxShadow: "var(--float)" },
};

/** Stacked bars, one a week; a table beside them says the same. */
export const DebtBars = ({ bars }: { readonly bars: readonly DebtBar[] }) => (
  <div aria-hidden className="size-full">
    <ResponsiveContainer width="100%" height="100%">
      <BarChart
        data={[...bars]}
        margin={{ top: 6, right: 0, bottom: 0, left: 0 }}
        barCategoryGap="24%"
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="week"
          tick={tick}
          tickLine={false}
          axisLine={false}
          interval="preserveStartEnd"
          minTickGap={40}
        />
        <YAxis
          width={38}
          tick={tick}
          tickLine={false}
          axisLine={false}
          tickFormatter={(value) => short.format(value)}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: "var(--hover)" }}
          contentStyle={tip}
          itemStyle={{ color: "var(--text)", padding: 0 }}
          formatter={(value) => grouped(Number(value))}
        />
        {debtCauses.map((cause) => (
          <Bar
            key={cause}
            dataKey={cause}
            name={causeWords[cause]}
            stackId="debt"
            fill={causeColours[cause]}
            stroke="var(--surface)"
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  </div>
);
