package service_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"danyuan/model"
	"danyuan/service"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

// BenchmarkLane has so many clients make transfers of eight legs, two of which are the client's own, with
// everything that a command brings: key, answer, audit entry.
func BenchmarkLane(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			k := testkit.New(b)
			var serial atomic.Int64
			hot := []ledger.Key{source, ledger.Budget(1, 2026), ledger.MoneyOutside(1), ledger.Shelf(1), ledger.Supplied(1), ledger.QuotaOpen(1, 2026)}
			ride := func() {
				n := serial.Add(1)
				person := n%1000 + 1
				own := []ledger.Key{ledger.PersonPoints(person), ledger.QuotaUsed(1, 2026, person)}
				hold := append(own, hot...)
				cmd := service.Command{By: model.Actor{UserID: person}, Key: fmt.Sprint("key-", n), Print: "print"}
				_, err := k.S.Ride(b.Context(), "lane", cmd, hold, func(r service.Ride) (string, error) {
					return "an answer of about the usual length, which is sealed before it is kept, as all of them are", errors.Join(r.Audit("pay"), r.PayAll(own, hot))
				})
				if err != nil {
					b.Error(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			share := make(chan struct{}, b.N)
			for range b.N {
				share <- struct{}{}
			}
			close(share)
			k.Race(clients, func(int) {
				for range share {
					ride()
				}
			})
		})
	}
}
