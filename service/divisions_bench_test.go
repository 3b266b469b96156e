package service_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"danyuan/service"
	"danyuan/testkit"
)

// BenchmarkImportDivisions_nation imports the nation into an empty database; -benchtime=1x. Beside the
// time it tells the most memory that the heap held in use, the file apart.
func BenchmarkImportDivisions_nation(b *testing.B) {
	var file bytes.Buffer
	if err := testkit.NationCSV(&file, testkit.NationRows); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		k := testkit.New(b)
		peak := heapPeak(b, uint64(file.Cap()))
		b.StartTimer()
		r, err := k.S.ImportDivisions(b.Context(), service.Command{}, bytes.NewReader(file.Bytes()), int64(file.Len()), nil)
		if err != nil || r.Added != testkit.NationRows {
			b.Fatal(r, err)
		}
		b.StopTimer()
		b.ReportMetric(float64(peak())/(1<<20), "MB-peak")
		b.StartTimer()
	}
}

// heapPeak looks every 20 ms; what it returns ends the watch and gives the most it saw above apart.
func heapPeak(b *testing.B, apart uint64) (peak func() uint64) {
	b.Helper()
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var m runtime.MemStats
		var high uint64
		for {
			select {
			case <-stop:
				most <- high
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				high = max(high, m.HeapInuse-min(apart, m.HeapInuse))
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}
