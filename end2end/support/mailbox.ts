import { until } from "./until.ts";

interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/// The code in the newest mail to an address.
export function codeFor(mailbox: string, address: string): Promise<string> {
  return until(`a code for ${address}`, async () => {
    const answer = await fetch(`${mailbox}/dev/mail.json`);
    const mails = (await answer.json()) as Mail[];
    const mail = mails.find((mail) => mail.to === address && mail.subject.includes("code"));
    return mail?.text.match(/^\d{6}$/m)?.[0];
  });
}

/// A code that is not this one.
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, "0");
}
