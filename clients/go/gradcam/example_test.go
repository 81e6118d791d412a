package gradcam_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
)

// Where did the network see an Egyptian cat?
func ExampleClient_Explain() {
	ctx := context.Background()
	address, err := testserver.Address()
	if err != nil {
		log.Fatal(err)
	}
	client, err := gradcam.Dial(ctx, address)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	why, err := client.Explain(ctx, gradcam.File(cat), gradcam.Label("Egyptian cat"), gradcam.NoOverlay())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.0f %% %s\n", 100*why.Classes[0].Probability, why.Classes[0].Label)
	x, y := why.Maps[0].Peak()
	fmt.Println(why.Maps[0].Subject, "is seen on the photo:", x > 0 && x < float64(why.Width) && y > 0 && y < float64(why.Height))
	// Output:
	// 39 % tiger cat
	// Egyptian cat is seen on the photo: true
}

// A folder of photos over one stream; a photo that fails does not end it.
func ExampleClient_ExplainMany() {
	ctx := context.Background()
	address, err := testserver.Address()
	if err != nil {
		log.Fatal(err)
	}
	client, err := gradcam.Dial(ctx, address)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	photos := []gradcam.Photo{gradcam.File(cat), gradcam.File("no/such/photo.jpg"), gradcam.File(astronaut)}
	err = client.ExplainMany(ctx, photos, func(result gradcam.Result) error {
		if result.Err != nil {
			fmt.Println("sorry:", result.Photo)
			return nil
		}
		fmt.Println(result.Explanation.Classes[0].Label)
		return nil
	}, gradcam.InOrder(), gradcam.InFlight(32))
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// tiger cat
	// sorry: no/such/photo.jpg
	// football helmet
}

// TestReadme_Program_Runs: the program of the README, but for the server's address, where its photo is.
func TestReadme_Program_Runs(t *testing.T) {
	address := must[string](t)(testserver.Address())
	readme := string(must[[]byte](t)(os.ReadFile("../README.md")))
	_, rest, _ := strings.Cut(readme, "```go\n")
	program, _, found := strings.Cut(rest, "```")
	_, rest, told := strings.Cut(readme, "It prints `")
	want, _, _ := strings.Cut(rest, "`")
	if !found || !told || !strings.Contains(program, "127.0.0.1:50051") {
		t.Fatalf("the README's program is\n%s", program)
	}
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "tests/photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{
		"main.go":                  []byte(strings.ReplaceAll(program, "127.0.0.1:50051", address)),
		"tests/photos/chelsea.png": must[[]byte](t)(os.ReadFile(cat)),
	} {
		if err := os.WriteFile(filepath.Join(folder, path), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.CommandContext(within(t, 5*patience), "go", "run", "main.go")
	run.Dir = folder

	printed, err := run.CombinedOutput()

	if err != nil || string(printed) != want+"\n" {
		t.Errorf("%v: it prints %q, and should print %q", err, printed, want)
	}
	if _, err := os.Stat(filepath.Join(folder, "egyptian-cat.png")); err != nil {
		t.Error(err)
	}
}
