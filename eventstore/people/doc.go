// Package people signs the operators of a ledger in and checks their sessions.
// It knows no HTTP: the caller passes what a person typed and the address, and
// gives the session's secret to the person's browser.
//
// Who the operators are and what they may do is in the log. Their credentials
// are not: password hashes, sealed TOTP secrets, links and sessions are rows
// beside the log (eventstore.People). All times here are machine times.
//
// A new person gets the secret of a Link from the owner of the ledger's folder.
// Begin uses it up and returns what an authenticator app needs; Finish sets the
// password and the app, and signs in. Later the person signs in with SignIn, or
// with SignInAs after an OpenID provider has identified them. Session returns
// whose session a secret is, while the session lasts; End ends it.
package people
