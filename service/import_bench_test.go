package service_test

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// BenchmarkImport imports the largest roster that is taken, first into an empty community, then once
// more with nothing changed: go test ./service -run - -bench Import -benchtime 1x. peak-MB is the most
// that the heap held, which the garbage collector lets grow to twice what is in use.
func BenchmarkImport(b *testing.B) {
	const people = 50_000
	rows := testkit.Roster(people, 1)
	for b.Loop() {
		h := &house{Kit: testkit.New(b)}
		h.Org = h.Kit.Org()
		h.clerk, h.staff = h.Officer(model.CommunityStaff, h.Community, "周社工")
		h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
		file := h.Table(service.XLSX, testkit.RosterHeader, rows...)
		for _, what := range []string{"first", "again"} {
			runtime.GC()
			peak := watchHeap()
			start := b.Elapsed()
			handed, err := h.S.HandIn(b.Context(), as(h.Kit, h.staff), h.Community.ID, model.RosterImport, false, file)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric((b.Elapsed() - start).Seconds(), what+"-upload-s")
			start = b.Elapsed()
			if err := h.S.RunImport(b.Context(), handed.ID); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric((b.Elapsed() - start).Seconds(), what+"-job-s")
			b.ReportMetric(float64(peak())/(1<<20), what+"-peak-MB")
			if got := h.look(handed); got.State != "done" || got.Added+got.Unchanged != people {
				b.Fatalf("%+v", got)
			}
		}
		b.ReportMetric(float64(len(file))/(1<<20), "file-MB")
	}
}

// watchHeap looks at the heap every few milliseconds until its answer is asked for.
func watchHeap() (peak func() uint64) {
	end, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		highest := uint64(0)
		for {
			metrics.Read(sample)
			highest = max(highest, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-end:
				most <- highest
				return
			}
		}
	}()
	return func() uint64 { close(end); return <-most }
}
