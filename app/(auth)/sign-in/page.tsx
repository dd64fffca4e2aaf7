import type { Metadata } from "next";
import { SignIn } from "#components/sign-in/sign-in.tsx";
import { readSignInPage } from "#db/read/sign-in.ts";
import { database } from "#lib/web/database.ts";
import { rolesToCome } from "#lib/web/desk/roles-to-come.ts";
import { localPath } from "#lib/web/redirect.ts";
import { settings } from "#lib/web/settings.ts";
import { signIn } from "../../session-actions.ts";

export const metadata: Metadata = { title: "Sign in" };

type Search = Promise<{ readonly [name: string]: string | string[] | undefined }>;

export default async function SignInPage({ searchParams }: { readonly searchParams: Search }) {
  const search = await searchParams;
  const one = (name: string) => (typeof search[name] === "string" ? search[name] : null);
  const { publicUrl, demo, issuer } = settings();
  const page = await readSignInPage(database().db, {
    refused: one("refused"),
    demo: demo ? { issuer, coming: await rolesToCome() } : null,
  });
  const to = localPath(one("to"), publicUrl.origin);
  return (
    <SignIn
      {...page}
      to={to}
      ended={one("ended") !== null}
      failed={one("error") !== null}
      issuer={new URL(issuer).host}
      signIn={signIn}
    />
  );
}
