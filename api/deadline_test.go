package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestDeadline_everyRequestHasOneAndUploadsALaterOne(t *testing.T) {
	deadline := func(r route) (c *gin.Context, end context.CancelFunc) {
		c, _ = gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		return c, inTime(c, r)
	}
	plain, endPlain := deadline(route{})
	defer endPlain()
	upload, endUpload := deadline(route{body: 1})
	soon, ok := plain.Request.Context().Deadline()
	late, also := upload.Request.Context().Deadline()
	if !ok || !also || !late.After(soon) {
		t.Fatalf("deadlines %v and %v", soon, late)
	}
	endUpload()
	if upload.Request.Context().Err() == nil {
		t.Fatal("the context goes on after the answer")
	}
}

func TestDeadline_thatPassedTellsToTryAgain(t *testing.T) {
	p := problemOf(fmt.Errorf("reading people: %w", context.DeadlineExceeded))
	if p.Status != http.StatusServiceUnavailable || p.Code != "http.slow" {
		t.Fatalf("%d %s", p.Status, p.Code)
	}
}
