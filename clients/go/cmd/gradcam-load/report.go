package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gradcamgrpc/gradcamgrpc/clients/go/internal/histogram"
)

// report is a measurement for people and programs. Times are in milliseconds.
type report struct {
	Settings           settings           `json:"settings"`
	DurationSeconds    float64            `json:"duration_s"`
	Correction         string             `json:"coordinated_omission"`
	Calls              int64              `json:"calls"`
	Succeeded          int64              `json:"succeeded"`
	SucceededPerSecond float64            `json:"succeeded_per_s"`
	Statuses           map[string]int64   `json:"statuses"`
	Latency            map[string]float64 `json:"latency_ms"`
	Service            map[string]float64 `json:"service_ms,omitempty"`
	Lateness           map[string]float64 `json:"lateness_ms,omitempty"`
}

// columns are the figures of a histogram, in their order.
var columns = []struct {
	name string
	of   func(*histogram.Histogram) time.Duration
}{
	{"min", (*histogram.Histogram).Min},
	{"mean", (*histogram.Histogram).Mean},
	{"p50", percentile(50)},
	{"p75", percentile(75)},
	{"p90", percentile(90)},
	{"p95", percentile(95)},
	{"p99", percentile(99)},
	{"p99.9", percentile(99.9)},
	{"max", (*histogram.Histogram).Max},
}

func percentile(percent float64) func(*histogram.Histogram) time.Duration {
	return func(h *histogram.Histogram) time.Duration { return h.Percentile(percent) }
}

func figures(h *histogram.Histogram) map[string]float64 {
	all := map[string]float64{}
	for _, column := range columns {
		all[column.name] = float64(column.of(h).Microseconds()) / 1000
	}
	return all
}

func newReport(s settings, m *measurement) report {
	r := report{
		Settings: s, DurationSeconds: m.window.Seconds(), Succeeded: m.service.Count(), Statuses: map[string]int64{}, Latency: figures(&m.latency),
	}
	for code, count := range m.statuses {
		r.Statuses[code.String()] = count
		r.Calls += count
	}
	if m.window > 0 {
		r.SucceededPerSecond = float64(m.throughput) / m.window.Seconds()
	}
	switch {
	case s.Rate > 0:
		r.Correction = "open loop: latency counts from when each call was due"
		r.Service, r.Lateness = figures(&m.service), figures(&m.lateness)
	case s.ExpectedInterval > 0:
		r.Correction = fmt.Sprintf("closed loop, corrected: each caller would have called every %v", s.ExpectedInterval)
		r.Service = figures(&m.service)
	default:
		r.Correction = "closed loop, not corrected: what a caller would have seen who did not wait is left out"
	}
	return r
}

// print writes a table.
func (r report) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	load := fmt.Sprintf("%d callers", r.Settings.Concurrency)
	if r.Settings.Rate > 0 {
		load = fmt.Sprintf("%g calls a second, seed %d", r.Settings.Rate, r.Settings.Seed)
	}
	fmt.Fprintf(out, "%s at %s: %s, %d connections, %.1f s\n", r.Settings.Method, r.Settings.Address, load, r.Settings.Connections, r.DurationSeconds)
	fmt.Fprintf(out, "%d calls, %d succeeded, %.1f a second\n", r.Calls, r.Succeeded, r.SucceededPerSecond)
	codes := make([]string, 0, len(r.Statuses))
	for code, count := range r.Statuses {
		codes = append(codes, fmt.Sprintf("%s %d", code, count))
	}
	sort.Strings(codes)
	fmt.Fprintf(out, "statuses: %s\n%s\n\n", strings.Join(codes, ", "), r.Correction)
	fmt.Fprint(table, "ms\t")
	for _, column := range columns {
		fmt.Fprintf(table, "%s\t", column.name)
	}
	fmt.Fprintln(table)
	for _, row := range []struct {
		name    string
		figures map[string]float64
	}{{"latency", r.Latency}, {"from the call", r.Service}, {"made late by", r.Lateness}} {
		if row.figures == nil {
			continue
		}
		fmt.Fprintf(table, "%s\t", row.name)
		for _, column := range columns {
			fmt.Fprintf(table, "%.2f\t", row.figures[column.name])
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}
