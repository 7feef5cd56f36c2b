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
	c, err := survey(in)
	return c.whole, err
}

// Alone reports whether a content is one message with nothing after it, but
// blanks after an armored one. Of several armored ones the library reads the
// first and says nothing of the rest. The error is of reading.
func Alone(in io.Reader) (bool, error) {
	c, err := survey(in)
	return c.messages <= 1 && !c.more, err
}

// content is what survey found.
type content struct {
	whole    bool // it ends where a message ends
	messages int  // complete or not
	more     bool // something that is no message follows
}

func survey(in io.Reader) (c content, err error) {
	r := bufio.NewReader(in)
	first, err := r.Peek(1)
	if err != nil {
		return c, ended(err)
	}
	if first[0]&0x80 == 0 || first[0] == 0xef {
		err = c.lines(r)
	} else {
		err = c.packets(r)
	}
	return c, ended(err)
}

// Packets that contain a whole message, or its text: RFC 4880 section 11.3.
var bodies = []byte{8, 9, 11, 18, 20}

func (c *content) packets(r *bufio.Reader) error {
	for {
		next, err := r.Peek(1)
		if errors.Is(err, io.EOF) {
			c.whole = true
			return nil
		}
		if err != nil {
			return err
		}
		if next[0]&0x80 == 0 { // no packet begins so
			c.whole, c.more = true, true
			return nil
		}
		if tag := tagOf(next[0]); bytes.IndexByte(bodies, tag) >= 0 {
			c.messages++
		}
		if err := skipPacket(r); err != nil {
			return err
		}
	}
}

// tagOf returns the type of a packet from its first byte.
func tagOf(first byte) byte {
	if first&0x40 != 0 {
		return first & 0x3f
	}
	return first >> 2 & 0x0f
}

// anything reports whether anything but blanks is left.
func anything(r *bufio.Reader) (bool, error) {
	for {
		switch b, err := r.ReadByte(); {
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, err
		case bytes.IndexByte([]byte(" \t\r\n\x00\x1a"), b) < 0:
			return true, nil
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

// lines reads an armored message up to its last line, and looks at what
// follows.
func (c *content) lines(r *bufio.Reader) error {
	c.messages = 1
	for {
		line, err := r.ReadSlice('\n')
		if bytes.HasPrefix(line, []byte(armorEnd)) && bytes.HasSuffix(bytes.TrimSpace(line), []byte("-----")) {
			c.whole = true
			c.more, err = anything(r)
			return err
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
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
