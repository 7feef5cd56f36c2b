package console

import "github.com/boombuler/barcode/qr"

// qrCode is a QR code as squares of a drawing.
type qrCode struct {
	Size    int
	Squares []shape
}

// newQRCode draws a text; nil where it cannot be drawn, and the text is to be
// typed.
func newQRCode(text string) *qrCode {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil
	}
	const margin = 4 // as the standard asks
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
