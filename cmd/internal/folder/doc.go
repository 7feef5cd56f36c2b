// Package folder is a data folder: what is stored where in it, whether it is a
// sandbox, and whether it may deliver files.
//
// Three small files identify a folder. kind holds "production" or "sandbox", is
// written when the folder is made and is part of backups. instance names this
// very folder and its database file and holds the delivery switch; backups
// leave it out, so a restored folder delivers nothing until a person allows it.
// ops.credential is the key that operations start with.
package folder
