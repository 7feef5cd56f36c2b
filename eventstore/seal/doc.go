// Package seal keeps account numbers, and whatever else must not be read,
// unreadable outside this process. A value is sealed with its client's own
// key before it reaches the log; the log, the broker, the views, the files
// kept and every backup see only sealed bytes.
//
// A Keyring is a folder:
//
//	keys/master                 the master key; the only key in the clear
//	keys/clients/<client>.json  a client's own keys, wrapped by the master
//	keys/lock                   held while any of the above changes
//
// Each client has two keys: one that seals (AES-256-GCM) and one for keyed
// hashes (HMAC-SHA-256), so that equal account numbers can be found without
// opening any. A key is on disk, synced, before it is first used.
//
// A backup holds the wrapped keys and not the master, and is worth nothing
// without it: see ExportMaster and Backup.
package seal
