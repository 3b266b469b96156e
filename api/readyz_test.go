package api_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"danyuan/testkit/edge"
)

func TestReadyz_onlyWhatNobodyCanBeServedWithoutTakesAReplicaOut(t *testing.T) {
	k := edge.New(t)
	fails := func(context.Context) error { return errors.New("no answer") }
	well := func(context.Context) error { return nil }
	type asks = map[string]func(context.Context) error
	for _, c := range []struct {
		database, cache func(context.Context) error
		status          int
		says            []string
	}{
		{well, well, http.StatusOK, []string{`"database":"ok"`, `"cache":"ok"`}},
		{well, fails, http.StatusOK, []string{`"database":"ok"`, `"cache":"failing"`}},
		{fails, well, http.StatusServiceUnavailable, []string{`"database":"failing"`, `"cache":"ok"`}},
	} {
		k.API.Ready, k.API.Useful = asks{"database": c.database}, asks{"cache": c.cache}
		k.Get("", "/readyz").Expect(c.status).Has(c.says...)
	}
}
