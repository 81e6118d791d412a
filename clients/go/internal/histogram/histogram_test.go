package histogram

import (
	"math"
	"math/rand"
	"sort"
	"testing"
	"time"
)

func TestPercentile_RandomValues_IsTheSortedOneToAThousandth(t *testing.T) {
	random := rand.New(rand.NewSource(5))
	for _, spread := range []float64{3, 8, 20} {
		var h Histogram
		values := make([]float64, 5000)
		sum := 0.0
		for i := range values {
			value := math.Floor(math.Exp(random.Float64() * spread))
			values[i] = value
			sum += value
			h.Record(time.Duration(value) * time.Microsecond)
		}
		sort.Float64s(values)
		for _, percent := range []float64{0, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100} {
			rank := int(math.Ceil(percent / 100 * float64(len(values))))
			if rank < 1 {
				rank = 1
			}
			want := values[rank-1]
			got := float64(h.Percentile(percent).Microseconds())
			if got < want || got > want*1.001 {
				t.Errorf("p%g of values to e^%g is %g, and should be %g", percent, spread, got, want)
			}
		}
		if float64(h.Min().Microseconds()) != values[0] || float64(h.Max().Microseconds()) != values[len(values)-1] || h.Count() != 5000 {
			t.Errorf("%v to %v, %d values", h.Min(), h.Max(), h.Count())
		}
		if mean := sum / 5000; math.Abs(float64(h.Mean().Nanoseconds())/1000-mean) > 1e-2 {
			t.Errorf("the mean is %v, and should be %g", h.Mean(), mean)
		}
	}
}

func TestSteps_EveryValue_LiesInItsOwn(t *testing.T) {
	last := -1
	for value := int64(0); value < 1<<42; value += 1 + value/3000 {
		index := indexOf(value)
		if upper(index) < value || (index > 0 && upper(index-1) >= value) || index < last {
			t.Fatalf("%d is in step %d, up to %d", value, index, upper(index))
		}
		last = index
	}
}

// 100 calls of 1 ms, and one that blocks for 100 ms a caller who would have called every 10 ms: it stands for 100, 90, … 10 ms.
func TestRecordCorrected_OneCallBlocks_CountsTheMissedOnes(t *testing.T) {
	var h Histogram
	for i := 0; i < 100; i++ {
		h.RecordCorrected(time.Millisecond, 10*time.Millisecond)
	}
	h.RecordCorrected(100*time.Millisecond, 10*time.Millisecond)

	if h.Count() != 110 {
		t.Errorf("%d values", h.Count())
	}
	// 100 of 110 are 1 ms: 90.9 %. Then 10 ms, and 20 ms from 91.8 % on.
	for percent, want := range map[float64]time.Duration{90: time.Millisecond, 91.5: 10 * time.Millisecond, 95: 50 * time.Millisecond, 100: 100 * time.Millisecond} {
		if got := h.Percentile(percent); got < want || float64(got) > float64(want)*1.001 {
			t.Errorf("p%g is %v, and should be %v", percent, got, want)
		}
	}
	var bare Histogram
	bare.RecordCorrected(100*time.Millisecond, 0)
	if bare.Count() != 1 {
		t.Errorf("without an interval there are %d values", bare.Count())
	}
}

func TestHistogram_Empty_IsZero(t *testing.T) {
	var h Histogram
	if h.Percentile(50) != 0 || h.Mean() != 0 || h.Max() != 0 || h.Min() != 0 {
		t.Error("nothing is something")
	}
	h.Record(-time.Second)
	if h.Max() != 0 || h.Count() != 1 {
		t.Errorf("a negative duration is %v", h.Max())
	}
}
