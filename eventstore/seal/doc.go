// Package seal encrypts account numbers, and other data that must not be read
// outside this process. A value is sealed with its client's own key before it
// reaches the log, so the log, the broker, the views, the kept files and every
// backup contain only sealed bytes.
//
// A Keyring is a folder:
//
//	keys/master                 the master key; the only key in the clear
//	keys/clients/<client>.json  a client's own keys, wrapped by the master
//	keys/lock                   held while any of the above changes
//
// Each client has two keys: one that seals (AES-256-GCM) and one for keyed
// hashes (HMAC-SHA-256), with which equal account numbers are found without
// opening any. A key is on disk, synced, before it is first used.
//
// A backup contains the wrapped keys without the master key. Without that key
// its sealed values cannot be opened: see ExportMaster and Backup.
package seal
