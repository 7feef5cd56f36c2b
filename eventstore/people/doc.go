// Package people lets the operators of a ledger sign in, and says who is
// signed in. It knows no HTTP: a door hands it what a person typed and an
// address, and keeps the session's secret for the person.
//
// Who the people are and what they may do is in the log. What they sign in
// with is not: hashes of passwords, sealed TOTP secrets, links and sessions
// are rows beside it (eventstore.People). Times here are machine times.
//
// A person's way: Link makes a secret that the folder's owner hands over;
// Begin uses it up and answers what an authenticator app needs; Finish sets
// the password and the app, and signs in. After that SignIn does, or
// SignInAs for who signed in elsewhere. Session tells who a session's secret
// belongs to, as long as it lasts; End ends it.
package people
