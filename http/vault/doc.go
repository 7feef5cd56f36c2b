// Package vault is account tokens: an account is stored once, and named by a
// token in transactions. Bodies and answers are JSON or XML.
package vault
