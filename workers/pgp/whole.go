package pgp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// armorEnd begins the last line of an armored message.
const armorEnd = "-----END PGP "

// Whole reports whether a message is complete, by the lengths in its packets,
// or by the last line of an armored one. The error is of reading.
func Whole(in io.Reader) (bool, error) {
	r := bufio.NewReader(in)
	first, err := r.Peek(1)
	if err != nil {
		return false, ended(err)
	}
	if first[0]&0x80 == 0 || first[0] == 0xef {
		return ends(r)
	}
	for {
		switch _, err := r.Peek(1); {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		}
		if err := skipPacket(r); err != nil {
			return false, ended(err)
		}
	}
}

// ended returns nil for an error that only says that the message stops early.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// ends looks for the last line of an armored message.
func ends(r *bufio.Reader) (bool, error) {
	for {
		line, err := r.ReadSlice('\n')
		if bytes.HasPrefix(line, []byte(armorEnd)) && bytes.HasSuffix(bytes.TrimSpace(line), []byte("-----")) {
			return true, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return false, ended(err)
		}
	}
}

// skipPacket skips a packet, in either format of RFC 4880 section 4.2.
func skipPacket(r *bufio.Reader) error {
	tag, err := r.ReadByte()
	if err != nil {
		return err
	}
	if tag&0x40 == 0 {
		return skipOld(r, tag&3)
	}
	for {
		length, partial, err := newLength(r)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, r, length); err != nil || !partial {
			return err
		}
	}
}

// skipOld skips a packet in the old format, whose length has 1, 2 or 4 bytes,
// or that ends with the message.
func skipOld(r *bufio.Reader, form byte) error {
	if form == 3 {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	length, err := number(r, 1<<form)
	if err == nil {
		_, err = io.CopyN(io.Discard, r, length)
	}
	return err
}

func newLength(r *bufio.Reader) (length int64, partial bool, err error) {
	first, err := r.ReadByte()
	switch {
	case err != nil || first < 192:
		return int64(first), false, err
	case first < 224:
		second, err := r.ReadByte()
		return int64(first-192)<<8 + int64(second) + 192, false, err
	case first < 255:
		return 1 << (first & 0x1f), true, nil
	default:
		length, err = number(r, 4)
		return length, false, err
	}
}

func number(r io.Reader, bytes int) (int64, error) {
	var b [8]byte
	_, err := io.ReadFull(r, b[8-bytes:])
	return int64(binary.BigEndian.Uint64(b[:])), err
}
