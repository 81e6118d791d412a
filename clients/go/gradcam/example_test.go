package gradcam_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/gradcam"
	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/testserver"
)

// The quick start of the README: where did the network see an Egyptian cat?
func Example() {
	ctx := context.Background()
	address, err := testserver.Address()
	if err != nil {
		log.Fatal(err)
	}
	picture := filepath.Join(os.TempDir(), "egyptian-cat.png")
	defer os.Remove(picture)

	client, err := gradcam.Dial(ctx, address)
	if err != nil {
		log.Fatal(err)
	}
	why, err := client.Explain(ctx, gradcam.File(cat), gradcam.Label("Egyptian cat"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.0f %% %s\n", 100*why.Classes[0].Probability, why.Classes[0].Label)
	why.Maps[0].SaveOverlay(picture)

	client.Close()
	if _, err := os.Stat(picture); err != nil {
		log.Fatal(err)
	}
	// Output: 39 % tiger cat
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

// TestReadme_QuickStart_IsTheExample: what the README says is what runs above, and is 10 lines at most.
func TestReadme_QuickStart_IsTheExample(t *testing.T) {
	readme := string(must[[]byte](t)(os.ReadFile("../README.md")))
	source := string(must[[]byte](t)(os.ReadFile("example_test.go")))
	_, rest, _ := strings.Cut(readme, "```go\n")
	quickStart, _, found := strings.Cut(rest, "```")
	if lines := strings.Count(quickStart, "\n"); !found || lines < 5 || lines > 10 {
		t.Fatalf("the quick start has %d lines:\n%s", lines, quickStart)
	}

	ours := strings.NewReplacer(`"127.0.0.1:50051"`, "address", `"tests/photos/chelsea.png"`, "cat", `"egyptian-cat.png"`, "picture").Replace(quickStart)

	indented := "\t" + strings.ReplaceAll(strings.TrimSuffix(ours, "\n"), "\n", "\n\t") + "\n"
	if !strings.Contains(source, indented) {
		t.Errorf("the example does not have:\n%s", indented)
	}
}
