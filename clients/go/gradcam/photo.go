package gradcam

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

// mostRaw are the most bytes of pixels that are sent as they are. What is larger takes less as PNG, and less time on the way; the server
// takes 16 MiB.
const mostRaw = 12 << 20

// Photo is a photo to ask about. It is read when it is sent, and again where it is sent again. The server takes messages of 17 MiB, unless
// it is told otherwise: ErrTooLarge is what is larger.
type Photo struct {
	name string
	load func() (*pb.Image, error)
}

// File is a photo in a file: JPEG, PNG, WebP, GIF or BMP.
func File(path string) Photo {
	return Photo{path, func() (*pb.Image, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return encoded(data), nil
	}}
}

// Encoded is a photo as the bytes of such a file.
func Encoded(data []byte) Photo {
	return Photo{fmt.Sprintf("a photo of %d bytes", len(data)), func() (*pb.Image, error) { return encoded(data), nil }}
}

// Pixels is a photo as Go has it. Transparency is laid over white, as the server does it with files. An image of more than four megapixels
// is sent as PNG, without loss; where that is too large, too, a file of it is what can be sent.
func Pixels(img image.Image) Photo {
	size := img.Bounds().Size()
	return Photo{fmt.Sprintf("an image of %d x %d pixels", size.X, size.Y), func() (*pb.Image, error) { return pixels(img) }}
}

// String is the photo's path, or a word for what has none.
func (p Photo) String() string { return p.name }

func (p Photo) image(decoding pb.ImageDecoding) (*pb.Image, error) {
	if p.load == nil {
		return nil, wrong("there is no photo: make one with File, Encoded or Pixels")
	}
	img, err := p.load()
	if err != nil {
		return nil, fmt.Errorf("gradcam: the photo cannot be read: %w", err)
	}
	img.Decoding = decoding
	return img, nil
}

func encoded(data []byte) *pb.Image { return &pb.Image{Source: &pb.Image_Encoded{Encoded: data}} }

func pixels(img image.Image) (*pb.Image, error) {
	bounds := img.Bounds()
	canvas := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(canvas, canvas.Bounds(), img, bounds.Min, draw.Over)
	size := 3 * bounds.Dx() * bounds.Dy()
	if size > mostRaw {
		var file bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, canvas); err != nil {
			return nil, err
		}
		return encoded(file.Bytes()), nil
	}
	rgb := make([]byte, 0, size)
	for i := 0; i < len(canvas.Pix); i += 4 {
		rgb = append(rgb, canvas.Pix[i:i+3]...)
	}
	return &pb.Image{Source: &pb.Image_Raw{Raw: &pb.RawImage{Width: int32(bounds.Dx()), Height: int32(bounds.Dy()), Rgb: rgb}}}, nil
}
