// The compiler takes a function without a body, publish, in a package with assembly.
