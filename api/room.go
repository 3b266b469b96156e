package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"danyuan/fault"
)

// A server that takes on more than it can do serves nobody: all wait until they give up, and their work is
// done for nothing. So a bounded number of requests is worked on at once, a bounded number waits for a short
// time, and whoever comes beyond that is told at once to come again. What takes long, and what waits for
// WeChat, has rooms of its own, so that it can fill no others.

// roomKind is which room a route's requests are worked on in.
type roomKind uint8

const (
	quick    roomKind = iota // anything that only asks the database
	outside                  // what waits for WeChat
	pictures                 // what waits for the store of photos
	long                     // exports and papers
	upload                   // whose body is long, and may come slowly
	roomKinds
)

var roomNames = [roomKinds]string{"quick", "outside", "pictures", "long", "upload"}

// How many are worked on and wait where Options do not say; and how long who wants something long waits.
const (
	defaultBusy, defaultWaiting = 64, 256
	defaultPatience             = 500 * time.Millisecond
	longPatience                = 5 * time.Second
)

var errBusy = fault.New(fault.Unavailable, "http.busy", "现在办理的人太多，这一次没有办理。请稍等几秒，用同样的内容再试一次，不会重复办理。")

// room is where requests of a kind are worked on.
type room struct {
	places  chan struct{} // holds one for each that is worked on
	queue   chan struct{} // and one for each that waits
	wait    time.Duration
	refused prometheus.Counter
}

// enter takes a place: at once, or in the order of coming within the time that one waits. errBusy when there
// is none. Whoever has entered leaves.
func (r *room) enter(ctx context.Context) error {
	select {
	case r.places <- struct{}{}:
		return nil
	default:
	}
	select {
	case r.queue <- struct{}{}:
		defer func() { <-r.queue }()
	default:
		return errBusy
	}
	patience := time.NewTimer(r.wait)
	defer patience.Stop()
	select {
	case r.places <- struct{}{}:
		return nil
	case <-patience.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *room) leave() { <-r.places }

// rooms are all of them.
type rooms [roomKinds]*room

func newRooms(o Options) *rooms {
	busy, waiting, patience := cmp.Or(o.Busy, defaultBusy), cmp.Or(o.Waiting, defaultWaiting), cmp.Or(o.Patience, defaultPatience)
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "danyuan_requests_turned_away_total", Help: "Requests that found no place to be worked on, by room."}, []string{"room"})
	o.Metrics.MustRegister(refused)
	all := &rooms{}
	for kind, name := range roomNames {
		places, queue, wait := max(2, busy/8), max(8, waiting/8), max(patience, longPatience)
		switch roomKind(kind) {
		case quick:
			places, queue, wait = busy, waiting, patience
		case outside, pictures:
			places, queue, wait = max(2, busy/2), max(8, waiting/4), patience
		case upload: // mostly it waits for its body
			places, queue = max(2, busy*3/8), max(8, waiting/4)
		case long, roomKinds:
		}
		all[kind] = &room{make(chan struct{}, places), make(chan struct{}, queue), wait, refused.WithLabelValues(name)}
	}
	o.Metrics.MustRegister(all)
	return all
}

var (
	busyGauge  = prometheus.NewDesc("danyuan_requests_busy", "Requests that are worked on now, by room.", []string{"room"}, nil)
	queueGauge = prometheus.NewDesc("danyuan_requests_waiting", "Requests that wait for a place, by room.", []string{"room"}, nil)
)

// Describe names the gauges.
func (*rooms) Describe(to chan<- *prometheus.Desc) { to <- busyGauge; to <- queueGauge }

// Collect counts who is in the rooms and before them.
func (all *rooms) Collect(to chan<- prometheus.Metric) {
	for kind, r := range all {
		to <- prometheus.MustNewConstMetric(busyGauge, prometheus.GaugeValue, float64(len(r.places)), roomNames[kind])
		to <- prometheus.MustNewConstMetric(queueGauge, prometheus.GaugeValue, float64(len(r.queue)), roomNames[kind])
	}
}

// way is what the router knows a route by.
type way struct{ method, path string }

var inBraces = regexp.MustCompile(`\{([^}]+)\}`)

// ways finds the route of a request before anything is known of who makes it.
func ways(routes []route) map[way]route {
	all := make(map[way]route, len(routes))
	for _, r := range routes {
		all[way{r.method, inBraces.ReplaceAllString(r.path, ":$1")}] = r
	}
	return all
}

// makeRoom works on a request when there is room. A body is taken in before, and a place given back as soon
// as the answer begins: whoever sends or reads slowly keeps nobody else waiting.
func (a *API) makeRoom(c *gin.Context) {
	r, known := a.ways[way{c.Request.Method, c.FullPath()}]
	if !known {
		return
	}
	if r.body == 0 && c.Request.ContentLength != 0 {
		takeIn(c, r.maxBody())
	}
	in := a.rooms[r.room]
	if err := in.enter(c.Request.Context()); err != nil {
		if errors.Is(err, errBusy) { // else the client has gone
			in.refused.Inc()
		}
		c.Header("Retry-After", strconv.Itoa(1+rand.IntN(3))) //nolint:gosec // spreads who comes again, hides nothing
		writeProblem(c, errBusy)
		return
	}
	if r.ready {
		defer in.leave()
		c.Next()
		return
	}
	w := &leaving{ResponseWriter: c.Writer, leave: sync.OnceFunc(in.leave), sending: &a.sending}
	c.Writer = w
	defer w.leave()
	c.Next()
}

// mostSending is how many bytes of answers lie in memory until whoever reads slowly has read them. Beyond, they keep
// their places: so there is a bound, however many they are.
const mostSending = 128 << 20

// leaving gives a place back when the answer begins.
type leaving struct {
	gin.ResponseWriter
	leave   func()
	sending *atomic.Int64
}

// Write begins or goes on with the answer.
func (w *leaving) Write(b []byte) (int, error) {
	defer w.begin(len(b))()
	return w.ResponseWriter.Write(b)
}

// WriteString is Write.
func (w *leaving) WriteString(s string) (int, error) {
	defer w.begin(len(s))()
	return w.ResponseWriter.WriteString(s)
}

// begin counts bytes that are being sent, and gives what ends it.
func (w *leaving) begin(n int) (end func()) {
	if w.sending.Add(int64(n)) <= mostSending {
		w.leave()
	}
	return func() { w.sending.Add(-int64(n)) }
}

// Unwrap lets http.ResponseController find the connection.
func (w *leaving) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// mostAtOnce is how many requests of one account are worked on at once in a room, so that nobody fills one alone: of
// uploads all photos of a record, of exports two, elsewhere more than a phone asks for (WeChat lets a mini-program make
// ten at once, a browser six).
var mostAtOnce = [roomKinds]int{quick: 16, outside: 8, pictures: 16, long: 2, upload: 10}

// place is where an account has something under way.
type place struct {
	user int64
	in   roomKind
}

// underWay counts the requests of each account that are worked on.
type underWay struct {
	sync.Mutex
	by map[place]int
}

// begin counts one more, unless it is one too many, and gives what ends it. Strangers are counted by their address.
func (u *underWay) begin(c *gin.Context, at place) (end func(), err error) {
	if at.user == 0 {
		return func() {}, nil
	}
	u.Lock()
	defer u.Unlock()
	if u.by[at] >= mostAtOnce[at.in] {
		c.Header("Retry-After", "5")
		return func() {}, errTooMany
	}
	u.by[at]++
	return func() { u.end(at) }, nil
}

func (u *underWay) end(at place) {
	u.Lock()
	defer u.Unlock()
	if u.by[at]--; u.by[at] == 0 {
		delete(u.by, at)
	}
}

// bodyTime is how long a common body may take to arrive.
const bodyTime = 10 * time.Second

// takeIn reads a body that is no longer than most. What is longer, and what went wrong on the way, is met by
// whoever reads it again.
func takeIn(c *gin.Context, most int64) {
	conn := http.NewResponseController(c.Writer)
	until := time.AfterFunc(bodyTime, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) }) // long gone: reading ends
	read, err := io.ReadAll(io.LimitReader(c.Request.Body, most+1))
	if until.Stop() {
		_ = conn.SetReadDeadline(time.Time{}) // what is done with it has a deadline of its own
	}
	rest := io.Reader(c.Request.Body)
	if err != nil {
		rest = failing{err}
	}
	c.Request.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), rest), c.Request.Body}
}

type failing struct{ err error }

// Read fails as it did before.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
