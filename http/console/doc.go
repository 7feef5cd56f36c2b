// Package console is where a bank's people work: pages made on the server
// that show what needs somebody, in order of deadline, and let them do it.
//
// A page reads the views and the log, as every surface does. What a form asks
// for goes through the API in this process, as the person who signed in: it
// meets the same rules, roles and second persons, and leaves the same events.
//
// Nothing here needs JavaScript to be read. The one script adds keys and live
// counts. The policy of content allows nothing inline, and nothing from
// anywhere else.
package console
