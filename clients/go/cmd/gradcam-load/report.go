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
	Failed             int64              `json:"failed"`
	Cut                int64              `json:"cut"`
	SucceededPerSecond float64            `json:"succeeded_per_s"`
	Statuses           map[string]int64   `json:"statuses"`
	Latency            map[string]float64 `json:"success_latency_ms"`
	All                map[string]float64 `json:"all_latency_ms"`
	Service            map[string]float64 `json:"success_service_ms,omitempty"`
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

// figures are those of a histogram; none where it is empty.
func figures(h *histogram.Histogram) map[string]float64 {
	if h.Count() == 0 {
		return nil
	}
	all := map[string]float64{}
	for _, column := range columns {
		all[column.name] = float64(column.of(h).Microseconds()) / 1000
	}
	return all
}

func newReport(s settings, m *measurement) report {
	r := report{
		Settings: s, DurationSeconds: m.window.Seconds(), Succeeded: m.service.Count(), Cut: m.cut, Statuses: map[string]int64{},
		Latency: figures(&m.latency), All: figures(&m.all),
	}
	for code, count := range m.statuses {
		r.Statuses[code.String()] = count
		r.Calls += count
	}
	r.Failed = r.Calls - r.Succeeded
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
	fmt.Fprintf(out, "%d calls: %d succeeded, %.1f a second; %d failed", r.Calls, r.Succeeded, r.SucceededPerSecond, r.Failed)
	if r.Cut > 0 {
		fmt.Fprintf(out, "; %d more were under way when the measurement was ended", r.Cut)
	}
	fmt.Fprintln(out)
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
	}{
		{"latency of successes", r.Latency}, {"of all calls", r.All}, {"of successes, from the call", r.Service}, {"made late by", r.Lateness},
	} {
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
