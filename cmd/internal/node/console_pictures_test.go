package node

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// manual is the document that shows pictures of the console.
const manual = "../../../docs/console.md"

var picturesOf = regexp.MustCompile(`\(pictures/([a-z-]+)\.png\)`)

// pictured are the names of the pictures that the manual shows.
func pictured(t testing.TB) (names []string) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range picturesOf.FindAllSubmatch(text, -1) {
		names = append(names, string(found[1]))
	}
	return names
}

func TestTheManualShowsThePicturesThatThereAre(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(manual), "pictures", "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, f := range files {
		there = append(there, filepath.Base(f[:len(f)-len(".png")]))
	}
	shown := pictured(t)
	slices.Sort(shown)
	if slices.Sort(there); !slices.Equal(shown, there) {
		t.Errorf("the manual shows %v, there are %v: make pictures", shown, there)
	}
}

// shoot writes a picture of the whole page, with few colours.
func (b *browser) shoot(file string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.must(err)
	whole, err := png.Decode(bytes.NewReader(picture))
	b.must(err)
	var small bytes.Buffer
	b.must((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColours(whole)))
	b.must(os.MkdirAll(filepath.Dir(file), 0o755))
	b.must(os.WriteFile(file, small.Bytes(), 0o644))
}

// fewColours reduces a picture to its 256 most frequent colors. Other colors, which
// are the blurred edges of letters, become the nearest of these.
func fewColours(from image.Image) *image.Paletted {
	counts := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(from.At(x, y)).(color.RGBA) }
	r := from.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	often := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(uint32(a.R)<<16|uint32(a.G)<<8|uint32(a.B), uint32(b.R)<<16|uint32(b.G)<<8|uint32(b.B)))
	})
	var palette color.Palette
	for _, c := range often[:min(len(often), 256)] {
		palette = append(palette, c)
	}
	to, nearest := image.NewPaletted(r, palette), map[color.RGBA]uint8{}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := at(x, y)
			n, known := nearest[c]
			if !known {
				n = uint8(palette.Index(c))
				nearest[c] = n
			}
			to.SetColorIndex(x, y, n)
		}
	}
	return to
}
