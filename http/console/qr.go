package console

import "github.com/boombuler/barcode/qr"

// qrCode is a QR code as the squares of a drawing.
type qrCode struct {
	Size    int
	Squares []shape
}

// newQRCode encodes a text, or returns nil if it cannot; the user then types
// the text.
func newQRCode(text string) *qrCode {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil
	}
	const margin = 4 // quiet zone required by the standard
	size := code.Bounds().Dx()
	q := &qrCode{Size: size + 2*margin}
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				q.Squares = append(q.Squares, shape{X: x + margin, Y: y + margin, W: 1, H: 1})
			}
		}
	}
	return q
}
