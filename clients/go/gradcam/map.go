package gradcam

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	_ "image/jpeg" // Overlay reads what DrawOverlay can ask for, but for WebP.
	_ "image/png"
	"math"
	"os"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

// Map is where the network saw something.
type Map struct {
	// Values are the numbers, row by row from the top left; plane by plane, where there are several channels. After the ReLU, unless the
	// option Values says otherwise.
	Values []float32
	// Width is how many columns the map has, and Height how many rows.
	Width, Height int
	// Channels are 3, red, green and blue, for signed values of a method on pixels; else 1.
	Channels int
	// Subject is what was explained: a label, words, or an answer; of a sum, its terms.
	Subject string
	// Score is the value of the score that was differentiated.
	Score float64
	// Layers are where the map was made; none for a method on pixels.
	Layers []string
	// Method is how it was made.
	Method MapMethod
	// Target is the target that asked for the map: its place among them, from 0.
	Target int
	// AllZero tells that nothing speaks for the score.
	AllZero bool
	// ScoreIsFlat tells that the score does not depend on anything here, in single precision: ask for the log-probability then.
	ScoreIsFlat bool
	// Crop is the part of the photo that the network saw, in pixels of the photo. A map on another grid than the photo's covers it.
	Crop Rectangle
	// Outputs are the forms that Output asked for, in that order.
	Outputs []*pb.RenderedMap
	// Provenance is all else that the server tells of where the map comes from.
	Provenance *pb.MapProvenance

	grid    pb.MapGrid
	overlay []byte
}

// Rectangle is a part of the photo, in its pixels.
type Rectangle struct{ X, Y, Width, Height float64 }

func rectangle(r *pb.PixelRectangle) Rectangle {
	return Rectangle{r.GetX(), r.GetY(), r.GetWidth(), r.GetHeight()}
}

// At is the value in a column and row, of the first channel.
func (m *Map) At(x, y int) float32 { return m.Values[y*m.Width+x] }

// PeakCell is the column and row where the map is largest; of equal ones the first, row by row. Of several channels, the largest magnitude
// counts.
func (m *Map) PeakCell() (x, y int) {
	best, cells := 0, m.Width*m.Height
	largest := math.Inf(-1)
	for i := 0; i < cells; i++ {
		value := float64(m.Values[i])
		if m.Channels > 1 {
			value = 0
			for plane := 0; plane < m.Channels; plane++ {
				value = math.Max(value, math.Abs(float64(m.Values[plane*cells+i])))
			}
		}
		if value > largest {
			best, largest = i, value
		}
	}
	return best % m.Width, best / m.Width
}

// Peak is where on the photo the map is largest, in pixels: the centre of PeakCell.
func (m *Map) Peak() (x, y float64) { return m.ToPhoto(m.PeakCell()) }

// ToPhoto is the centre of a column and row, in pixels of the photo.
func (m *Map) ToPhoto(x, y int) (float64, float64) {
	column, row := float64(x)+0.5, float64(y)+0.5
	if m.grid == GridImage {
		return column, row
	}
	return m.Crop.X + column*m.Crop.Width/float64(m.Width), m.Crop.Y + row*m.Crop.Height/float64(m.Height)
}

// OnPhoto is the map on the photo's grid: bilinear inside the crop, 0 outside of it. All but its numbers is as before.
func (m *Map) OnPhoto() *Map {
	photo := m.Provenance.GetImageSize()
	if m.grid == GridImage || photo.GetWidth() < 1 || photo.GetHeight() < 1 {
		return m
	}
	on := *m
	on.grid, on.Width, on.Height = GridImage, int(photo.GetWidth()), int(photo.GetHeight())
	on.Values = make([]float32, m.Channels*on.Width*on.Height)
	columns := positions(on.Width, m.Crop.X, m.Crop.Width, m.Width)
	rows := positions(on.Height, m.Crop.Y, m.Crop.Height, m.Height)
	for plane := 0; plane < m.Channels; plane++ {
		from := m.Values[plane*m.Width*m.Height:]
		for y, row := range rows {
			if !row.inside {
				continue
			}
			to := on.Values[(plane*on.Height+y)*on.Width:]
			for x, column := range columns {
				if column.inside {
					above := row.before * m.Width
					below := row.after * m.Width
					to[x] = mix(mix(from[above+column.before], from[above+column.after], column.share),
						mix(from[below+column.before], from[below+column.after], column.share), row.share)
				}
			}
		}
	}
	return &on
}

// position is where on a map's axis the centre of a pixel lies: a share of the way from a cell to the next.
type position struct {
	inside        bool
	before, after int
	share         float32
}

func positions(length int, start, extent float64, count int) []position {
	all := make([]position, length)
	for i := range all {
		centre := float64(i) + 0.5 - start
		if !(extent > 0 && centre >= 0 && centre <= extent) {
			continue
		}
		at := math.Max(0, math.Min(centre*float64(count)/extent-0.5, float64(count-1)))
		before := int(at)
		after := before + 1
		if after > count-1 {
			after = count - 1
		}
		all[i] = position{inside: true, before: before, after: after, share: float32(at - float64(before))}
	}
	return all
}

func mix(a, b, share float32) float32 { return a*(1-share) + b*share }

// Overlay is the map over the photo.
func (m *Map) Overlay() (image.Image, error) {
	if m.overlay == nil {
		return nil, ErrNoOverlay
	}
	picture, _, err := image.Decode(bytes.NewReader(m.overlay))
	if err != nil {
		return nil, fmt.Errorf("gradcam: the overlay cannot be read: %w", err)
	}
	return picture, nil
}

// OverlayFile is the overlay as a file, PNG unless DrawOverlay says otherwise; nil where there is none.
func (m *Map) OverlayFile() []byte { return m.overlay }

// SaveOverlay writes that file.
func (m *Map) SaveOverlay(path string) error {
	if m.overlay == nil {
		return ErrNoOverlay
	}
	return os.WriteFile(path, m.overlay, 0o644)
}

// newMap reads a map whose outputs are those of request.outputs.
func newMap(answer *pb.SaliencyMap, hasOverlay bool, call string) (*Map, error) {
	outputs := answer.GetOutputs()
	numbers := 1
	if hasOverlay {
		numbers = 2
	}
	if len(outputs) < numbers || outputs[0].GetRaw() == nil || (hasOverlay && outputs[1].GetImage() == nil) {
		return nil, broken(call, "a map came without the numbers or the picture that were asked for")
	}
	raw := outputs[0].GetRaw()
	width, height, channels := int(raw.GetSize().GetWidth()), int(raw.GetSize().GetHeight()), int(raw.GetChannelCount())
	bytes := float64(channels) * float64(height) * float64(width) * 4 // Larger than an int where a server is wrong.
	if width < 1 || height < 1 || channels < 1 || float64(len(raw.GetData())) != bytes {
		return nil, broken(call, "a map of %d x %d x %d numbers came with %d bytes", channels, height, width, len(raw.GetData()))
	}
	values := floats(raw.GetData())
	for _, value := range values {
		if value-value != 0 {
			return nil, broken(call, "a map came with values that are no finite numbers")
		}
	}
	from := answer.GetProvenance()
	m := &Map{
		Values: values, Width: width, Height: height, Channels: channels,
		Subject: subject(from.GetScore()), Score: from.GetScore().GetValue(),
		Layers: from.GetLayers(), Method: methodOf(from.GetMethod()), Target: int(answer.GetTargetIndex()),
		AllZero: answer.GetAllZero(), ScoreIsFlat: answer.GetScoreIsFlat(),
		Crop: rectangle(from.GetCrop()), Outputs: outputs[numbers:], Provenance: from, grid: raw.GetGrid(),
	}
	if hasOverlay {
		m.overlay = outputs[1].GetImage().GetData()
	}
	return m, nil
}

func floats(data []byte) []float32 {
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}

func subject(score *pb.ExplainedScore) string {
	switch {
	case score.GetExplainedClass() != nil:
		return score.GetExplainedClass().GetLabel()
	case score.GetAnswer() != nil:
		return score.GetAnswer().GetText()
	case score.GetWords() != nil:
		text := ""
		for i, word := range score.GetWords().GetWords() {
			if i > 0 {
				text += " "
			}
			text += word.GetText()
		}
		return text
	}
	text := ""
	for i, term := range score.GetWeightedClasses().GetTerms() {
		if i > 0 {
			text += " + "
		}
		text += fmt.Sprintf("%g * %s", term.GetWeight(), term.GetExplainedClass().GetLabel())
	}
	return text
}
