import { z } from "zod";

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/);
const challengeId = z.string().regex(/^[0-9a-f]{64}$/);

/** A key's gesture as the browser sends it; absent until one is asked for. */
export const gesture = z
  .strictObject({
    challengeId,
    credentialId: base64url(1400),
    authenticatorData: base64url(4000),
    clientDataJSON: base64url(4000),
    signature: base64url(4000),
  })
  .optional();

/** A new key as the browser sends it. */
export const newKey = z.strictObject({
  challengeId,
  credentialId: base64url(1400),
  attestationObject: base64url(8000),
  clientDataJSON: base64url(4000),
  transports: z.array(z.string().max(20)).max(8),
  code: z.string().max(60),
});
