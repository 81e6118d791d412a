package gradcam

import (
	"fmt"
	"image"
	"image/draw"
	"os"

	pb "github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam/v1"
)

// Photo is a photo to ask about. It is read when it is sent, and again where it is sent again.
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

// Pixels is a photo as Go has it. Transparency is laid over white, as the server does it with files.
func Pixels(img image.Image) Photo {
	size := img.Bounds().Size()
	return Photo{fmt.Sprintf("an image of %d x %d pixels", size.X, size.Y), func() (*pb.Image, error) { return raw(img), nil }}
}

// String is the photo's path, or a word for what has none.
func (p Photo) String() string { return p.name }

func (p Photo) image(decoding pb.ImageDecoding) (*pb.Image, error) {
	if p.load == nil {
		return nil, fmt.Errorf("gradcam: there is no photo: make one with File, Encoded or Pixels")
	}
	img, err := p.load()
	if err != nil {
		return nil, fmt.Errorf("gradcam: the photo cannot be read: %w", err)
	}
	img.Decoding = decoding
	return img, nil
}

func encoded(data []byte) *pb.Image { return &pb.Image{Source: &pb.Image_Encoded{Encoded: data}} }

func raw(img image.Image) *pb.Image {
	bounds := img.Bounds()
	canvas := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(canvas, canvas.Bounds(), img, bounds.Min, draw.Over)
	rgb := make([]byte, 0, 3*bounds.Dx()*bounds.Dy())
	for i := 0; i < len(canvas.Pix); i += 4 {
		rgb = append(rgb, canvas.Pix[i:i+3]...)
	}
	return &pb.Image{Source: &pb.Image_Raw{Raw: &pb.RawImage{Width: int32(bounds.Dx()), Height: int32(bounds.Dy()), Rgb: rgb}}}
}
