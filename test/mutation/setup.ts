import fc from "fast-check";

// A mutant is dead with the first example that shows it; the smallest one would cost minutes, and thousands are tried.
fc.configureGlobal({ endOnFailure: true, interruptAfterTimeLimit: 2_000 });
