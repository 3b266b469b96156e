package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// hall is an API with one route in each room, whose requests stay inside until they are let out.
type hall struct {
	*testing.T
	*httptest.Server
	rooms    *rooms
	metrics  *prometheus.Registry
	inside   chan struct{}
	out      chan struct{}
	long     string // what the answer says
	requests sync.WaitGroup
}

func newHall(t *testing.T, o Options) *hall {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	o.Metrics = prometheus.NewRegistry()
	h := &hall{T: t, rooms: newRooms(o), metrics: o.Metrics, inside: make(chan struct{}, 1000), out: make(chan struct{}), long: "ok"}
	a := &API{Options: o, router: gin.New(), rooms: h.rooms}
	a.ways = ways([]route{{method: http.MethodGet, path: "/quick"}, {method: http.MethodPost, path: "/quick"}, {method: http.MethodGet, path: "/outside/{id}", room: outside}})
	a.router.Use(a.makeRoom)
	stay := func(c *gin.Context) {
		h.inside <- struct{}{}
		<-h.out
		c.String(http.StatusOK, h.long)
	}
	a.router.GET("/quick", stay)
	a.router.POST("/quick", stay)
	a.router.GET("/outside/:id", stay)
	a.router.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	h.Server = httptest.NewServer(a.router)
	t.Cleanup(func() { close(h.out); h.Close() }) // whoever comes now does not stay
	return h
}

// ask gives the status, and when to come again.
func (h *hall) ask(path string) (status int, again string) {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.URL+path, nil)
	if err != nil {
		h.Fatal(err)
	}
	answer, err := h.Client().Do(r)
	if err != nil {
		h.Error(err)
		return 0, ""
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode == http.StatusServiceUnavailable && !strings.Contains(string(body), `"http.busy"`) {
		h.Errorf("turned away with %s", body)
	}
	return answer.StatusCode, answer.Header.Get("Retry-After")
}

// fill puts requests inside.
func (h *hall) fill(path string, n int) {
	h.Helper()
	for range n {
		h.requests.Go(func() {
			if status, _ := h.ask(path); status != http.StatusOK {
				h.Errorf("%d inside", status)
			}
		})
	}
	for range n {
		<-h.inside
	}
}

// turnedAway is what the metrics say.
func (h *hall) turnedAway() (all float64) {
	h.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		h.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "danyuan_requests_turned_away_total" {
				all += m.GetCounter().GetValue()
			}
		}
	}
	return all
}

func (h *hall) let(n int) {
	for range n {
		h.out <- struct{}{}
	}
}

func TestRoom_thoseBeyondAreTurnedAwayAtOnceAndToldWhenToComeAgain(t *testing.T) {
	h := newHall(t, Options{Busy: 2, Waiting: 1, Patience: time.Hour})
	h.fill("/quick", 2)
	h.requests.Go(func() {
		if status, _ := h.ask("/quick"); status != http.StatusOK {
			t.Errorf("who waited was answered with %d", status)
		}
	})
	for len(h.rooms[quick].queue) == 0 {
		<-time.After(time.Millisecond)
	}
	status, again := h.ask("/quick")
	if status != http.StatusServiceUnavailable || again == "" || again == "0" {
		t.Errorf("the fourth: %d, again after %q", status, again)
	}
	if n := h.turnedAway(); n != 1 {
		t.Errorf("%v counted", n)
	}
	h.let(3) // the one that waited comes in
	h.requests.Wait()
	if in, waits := len(h.rooms[quick].places), len(h.rooms[quick].queue); in+waits > 0 {
		t.Errorf("%d are still inside, %d wait", in, waits)
	}
}

func TestRoom_nobodyWaitsLongerThanTheirPatience(t *testing.T) {
	h := newHall(t, Options{Busy: 1, Waiting: 8, Patience: 20 * time.Millisecond})
	h.fill("/quick", 1)
	if status, again := h.ask("/quick"); status != http.StatusServiceUnavailable || again == "" {
		t.Errorf("%d, again after %q", status, again)
	}
	h.let(1)
	h.requests.Wait()
}

func TestRoom_afterTheCrowdAllIsAsBefore(t *testing.T) {
	h := newHall(t, Options{Busy: 2, Waiting: 2, Patience: time.Millisecond})
	h.fill("/quick", 2)
	for range 20 {
		h.ask("/quick")
	}
	h.let(2)
	h.requests.Wait()
	h.fill("/quick", 2)
	h.let(2)
	h.requests.Wait()
}

func TestRoom_oneThatIsFullKeepsNobodyOutOfAnotherNorFromAskingForHealth(t *testing.T) {
	h := newHall(t, Options{Busy: 4, Waiting: 1, Patience: time.Millisecond})
	h.fill("/outside/1", 2) // half of four
	if status, _ := h.ask("/outside/2"); status != http.StatusServiceUnavailable {
		t.Errorf("outside: %d", status)
	}
	h.fill("/quick", 4)
	if status, _ := h.ask("/healthz"); status != http.StatusOK {
		t.Errorf("health: %d", status)
	}
	h.let(6)
	h.requests.Wait()
}

// TestRoom_whoSendsSlowlyTakesNoPlace: only when a body is there does its request come in.
func TestRoom_whoSendsSlowlyTakesNoPlace(t *testing.T) {
	h := newHall(t, Options{Busy: 1, Waiting: 1, Patience: time.Millisecond})
	for range 5 {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "POST /quick HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	}
	h.fill("/quick", 1)
	h.let(1)
	h.requests.Wait()
}

// readNoFurther asks for an answer and reads the beginning of it, until the test is over.
func (h *hall) readNoFurther() {
	h.Helper()
	c, err := (&net.Dialer{}).DialContext(h.Context(), "tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = c.Close() })
	fmt.Fprint(c, "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
	<-h.inside
	h.let(1)
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		h.Fatal(err)
	}
}

// TestRoom_whoReadsSlowlyGivesTheirPlaceBack: the answer is longer than what the system takes in between.
func TestRoom_whoReadsSlowlyGivesTheirPlaceBack(t *testing.T) {
	h := newHall(t, Options{Busy: 1, Waiting: 1, Patience: time.Hour})
	h.long = strings.Repeat("a", 16<<20)
	h.readNoFurther()
	h.fill("/quick", 1)
	h.let(1)
	h.requests.Wait()
}

// TestRoom_whatSlowReadersAreStillSentIsBounded: a picture that nobody reads on lies in memory until its time is up.
func TestRoom_whatSlowReadersAreStillSentIsBounded(t *testing.T) {
	h := newHall(t, Options{Busy: 2, Waiting: 1, Patience: time.Millisecond})
	h.long = strings.Repeat("a", 16<<20)
	const fit = 128 / 16
	for range fit + 2 {
		h.readNoFurther()
	}
	answered := make(chan int, 1)
	go func() {
		status, _ := h.ask("/quick")
		answered <- status
	}()
	select {
	case <-h.inside:
		t.Errorf("%d answers of 16 MB are not read on, and one more is begun", fit+2)
	case status := <-answered:
		if status != http.StatusServiceUnavailable {
			t.Errorf("answered with %d", status)
		}
	}
}

func TestRoom_aBodyIsHandedOnWhole(t *testing.T) {
	for _, body := range []string{"", "short", strings.Repeat("x", commonBody), strings.Repeat("y", 3*commonBody)} {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		takeIn(c, commonBody)
		if got, err := io.ReadAll(c.Request.Body); err != nil || string(got) != body {
			t.Errorf("%d of %d bytes, %v", len(got), len(body), err)
		}
	}
}

func TestRoom_aBodyThatBreaksOffStaysBroken(t *testing.T) {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", io.MultiReader(strings.NewReader("half"), failing{io.ErrUnexpectedEOF}))
	takeIn(c, commonBody)
	if got, err := io.ReadAll(c.Request.Body); err != io.ErrUnexpectedEOF || string(got) != "half" { //nolint:errorlint // it is handed on as it is
		t.Errorf("%q, %v", got, err)
	}
}

func TestRoom_whoHasGoneDoesNotWaitOn(t *testing.T) {
	r := newRooms(Options{Busy: 8, Waiting: 8, Patience: time.Hour, Metrics: prometheus.NewRegistry()})[quick]
	for range 8 {
		if err := r.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.enter(gone); err == nil || len(r.queue) != 0 {
		t.Errorf("%v, %d wait", err, len(r.queue))
	}
}

// TestRoom_everyRouteHasOne: one that the table does not lead to would be worked on without bound.
func TestRoom_everyRouteHasOne(t *testing.T) {
	a, err := New(Options{Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	served := 0
	for _, r := range a.router.Routes() {
		if !strings.HasPrefix(r.Path, "/v1/") {
			continue
		}
		served++
		if _, known := a.ways[way{r.Method, r.Path}]; !known {
			t.Errorf("%s %s is in no room", r.Method, r.Path)
		}
	}
	if served != len(a.ways) {
		t.Errorf("%d routes are served, %d are in rooms", served, len(a.ways))
	}
	for path, at := range a.huma.OpenAPI().Paths {
		if at.Get == nil || at.Get.Responses["200"] == nil {
			continue
		}
		for kind := range at.Get.Responses["200"].Content {
			if strings.Contains(kind, "pdf") || strings.Contains(kind, "sheet") || strings.Contains(kind, "csv") {
				if got := a.ways[way{http.MethodGet, inBraces.ReplaceAllString(path, ":$1")}].room; got != long {
					t.Errorf("%s, which gives %s, is in room %s", path, kind, roomNames[got])
				}
			}
		}
	}
	for _, want := range []struct {
		way
		room roomKind
	}{
		{way{http.MethodPost, "/v1/login"}, outside}, {way{http.MethodPost, "/v1/bindings"}, outside}, {way{http.MethodPost, "/v1/files"}, upload},
		{way{http.MethodGet, "/v1/photos/:link"}, pictures},
		{way{http.MethodGet, "/v1/nodes/:id/matters.xlsx"}, long}, {way{http.MethodPost, "/v1/redemptions"}, quick},
	} {
		if got := a.ways[want.way].room; got != want.room {
			t.Errorf("%s %s is in room %s", want.method, want.path, roomNames[got])
		}
	}
}
