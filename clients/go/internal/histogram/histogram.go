// Package histogram counts values on a log-linear scale, as HDR histograms do: each power of two is divided into 1,024 equal steps, so that
// every value is known to less than a thousandth of itself, from one microsecond to hours, in a few hundred kilobytes.
package histogram

import (
	"math"
	"math/bits"
	"time"
)

const (
	stepBits = 10
	steps    = 1 << stepBits
)

// Histogram counts durations in microseconds. The zero value is empty.
type Histogram struct {
	counts   []int64
	count    int64
	sum      float64
	min, max int64
}

// Record counts a duration; a negative one as 0.
func (h *Histogram) Record(d time.Duration) {
	h.record(d.Microseconds())
}

// RecordCorrected counts a duration, and what a caller would have seen who had gone on calling at an interval while this call blocked it:
// d, d - interval, d - 2 * interval and so on down to the interval (Tene's correction of coordinated omission). Without an interval it is
// Record.
func (h *Histogram) RecordCorrected(d, interval time.Duration) {
	h.Record(d)
	if interval <= 0 {
		return
	}
	for missed := d - interval; missed >= interval; missed -= interval {
		h.Record(missed)
	}
}

// Count is how many durations were counted.
func (h *Histogram) Count() int64 { return h.count }

// Min is the least duration; 0 where there is none.
func (h *Histogram) Min() time.Duration { return micro(h.min) }

// Max is the greatest duration; 0 where there is none.
func (h *Histogram) Max() time.Duration { return micro(h.max) }

// Mean is the mean; 0 where there is none.
func (h *Histogram) Mean() time.Duration {
	if h.count == 0 {
		return 0
	}
	return time.Duration(h.sum / float64(h.count) * float64(time.Microsecond))
}

// Percentile is the least step's upper end that so many percent of the durations, 0 to 100, do not exceed; 0 where there is none.
func (h *Histogram) Percentile(percent float64) time.Duration {
	rank := int64(math.Ceil(percent / 100 * float64(h.count)))
	if rank < 1 {
		rank = 1
	}
	var seen int64
	for index, count := range h.counts {
		if seen += count; seen >= rank {
			if top := upper(index); top < h.max {
				return micro(top)
			}
			return micro(h.max)
		}
	}
	return micro(h.max)
}

func (h *Histogram) record(value int64) {
	if value < 0 {
		value = 0
	}
	index := indexOf(value)
	h.grow(index + 1)
	h.counts[index]++
	if h.count == 0 || value < h.min {
		h.min = value
	}
	if value > h.max {
		h.max = value
	}
	h.count++
	h.sum += float64(value)
}

func (h *Histogram) grow(length int) {
	if length > len(h.counts) {
		h.counts = append(h.counts, make([]int64, length-len(h.counts))...)
	}
}

// indexOf is the step of a value: below 2,048 its own, from there on 1,024 for each power of two.
func indexOf(value int64) int {
	shift := bits.Len64(uint64(value)) - stepBits - 1
	if shift <= 0 {
		return int(value)
	}
	return shift<<stepBits + int(value>>uint(shift))
}

// upper is the greatest value of a step.
func upper(index int) int64 {
	if index < 2*steps {
		return int64(index)
	}
	shift := uint(index>>stepBits - 1)
	return (int64(index)-int64(shift)<<stepBits+1)<<shift - 1
}

func micro(value int64) time.Duration { return time.Duration(value) * time.Microsecond }
