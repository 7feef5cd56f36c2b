// Package console serves the web pages on which a bank's staff work. They are
// rendered on the server, show what needs a person's attention in order of
// deadline, and offer the actions.
//
// Pages read the views and the log, as every other surface does. A submitted
// form is sent through the API within this process, as the signed-in person:
// the same rules, roles and second-person approvals apply, and the same events
// are recorded.
//
// Every page can be read without JavaScript. The only script adds keyboard
// shortcuts and live counts. The Content-Security-Policy allows no inline code
// and nothing from another origin.
package console
