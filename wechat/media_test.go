package wechat_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

// studio is our side of the check: it shows one picture and takes what is pushed.
type studio struct {
	*httptest.Server
	pushed chan wechat.Event
}

func newStudio(t *testing.T, r *rig, paint color.Color, answers ...string) *studio {
	t.Helper()
	s := &studio{pushed: make(chan wechat.Event, 10)}
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	draw.Draw(img, img.Rect, image.NewUniform(paint), image.Point{}, draw.Src)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, img, nil); err != nil {
		t.Fatal(err)
	}
	m := http.NewServeMux()
	m.HandleFunc("GET /photo", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture.Bytes()) })
	m.HandleFunc("POST /callback", func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		e, err := r.Event(req.URL.Query(), body)
		if err != nil {
			t.Errorf("what was pushed is refused: %v", err)
		}
		s.pushed <- e
		if len(answers) > 0 {
			_, _ = io.WriteString(w, answers[0])
			answers = answers[1:]
			return
		}
		_, _ = io.WriteString(w, "success")
	})
	s.Server = httptest.NewServer(m)
	t.Cleanup(s.Close)
	r.wx.PushTo(s.URL + "/callback")
	return s
}

func (s *studio) next(t *testing.T) wechat.Event {
	t.Helper()
	select {
	case e := <-s.pushed:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was pushed")
	}
	return wechat.Event{}
}

func TestCheckPhoto_theAnswerIsPushedUnderItsTrace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paint   color.Color
		suggest string
	}{
		"a photo": {color.RGBA{90, 120, 60, 255}, "pass"}, "all red": {color.RGBA{255, 0, 0, 255}, "risky"},
		"all yellow": {color.RGBA{255, 255, 0, 255}, "review"}, "white paper": {color.White, "pass"},
	} {
		r := start(t)
		s := newStudio(t, r, c.paint)
		trace, err := r.CheckPhoto(t.Context(), "demo-chief", s.URL+"/photo")
		if err != nil {
			t.Fatal(err)
		}
		e := s.next(t)
		if e.Kind != "wxa_media_check" || e.TraceID != trace || e.Suggest != c.suggest || e.Failure != 0 || e.OpenID != "demo-chief" {
			t.Errorf("%s: %+v, want %s under %s", name, e, c.suggest, trace)
		}
	}
}

func TestCheckPhoto_aPictureThatCannotBeLoadedIsNoAnswer(t *testing.T) {
	t.Parallel()
	r := start(t)
	s := newStudio(t, r, color.White)
	for _, link := range []string{s.URL + "/none", "https://danyuan.example/photo"} {
		if _, err := r.CheckPhoto(t.Context(), "demo-chief", link); err != nil {
			t.Fatal(err)
		}
		if e := s.next(t); e.Failure != -1008 || e.Suggest != "" {
			t.Errorf("%s: %+v", link, e)
		}
	}
}

func TestCheckPhoto_whatNobodyTookIsPushedAgainAsTheSameEvent(t *testing.T) {
	t.Parallel()
	r := start(t)
	s := newStudio(t, r, color.White, "busy")
	if _, err := r.CheckPhoto(t.Context(), "demo-chief", s.URL+"/photo"); err != nil {
		t.Fatal(err)
	}
	if first, again := s.next(t), s.next(t); first.ID != again.ID {
		t.Errorf("%s and then %s", first.ID, again.ID)
	}
}

func TestCheckPhoto_isRefusedAsWeChatRefuses(t *testing.T) {
	t.Parallel()
	r := start(t)
	s := newStudio(t, r, color.White)
	link := s.URL + "/photo"
	check := func(openID, link string) error {
		_, err := r.CheckPhoto(t.Context(), openID, link)
		return err
	}
	r.wants(t, check("", link), wechat.ErrOpenID)
	r.wants(t, check("oStranger", link), wechat.ErrOpenID)
	r.wants(t, check("demo-chief", "/v1/photos/x"), wechat.ErrUnexpected)
	if _, _, _, err := r.Session(t.Context(), r.wx.Code("oAlice")); err != nil {
		t.Fatal(err)
	}
	if err := check("oAlice", link); err != nil {
		t.Fatal(err)
	}
	s.next(t) // what is pushed for it must not find another time
	r.later(2*time.Hour + time.Second)
	r.wants(t, check("oAlice", link), wechat.ErrAway)
	for code, want := range map[int]*fault.Fault{45009: wechat.ErrTooOften, 44991: wechat.ErrTooOften, 48001: wechat.ErrSetup, -1: wechat.ErrUnavailable, 40097: wechat.ErrUnexpected} {
		r.wx.Fail("/wxa/media_check_async", fake.Errcode(code), 1)
		r.wants(t, check("demo-chief", link), want)
	}
	r.wx.Fail("/wxa/media_check_async", fake.CutJSON, 1)
	r.wants(t, check("demo-chief", link), wechat.ErrUnavailable)
	if k := fault.KindOf(check("oAlice", link)); k == fault.Unavailable || k == fault.TooMany {
		t.Error("who is away would be asked about again")
	}
}

func TestEvent_aFailedCheckSuggestsNothing(t *testing.T) {
	t.Parallel()
	r := start(t, plain)
	for _, xml := range []bool{false, true} {
		e, err := r.Event(r.wx.Callback(fake.Push{Kind: "wxa_media_check", OpenID: "o", TraceID: "t", Suggest: "pass", Label: 100, Errcode: -1008, XML: xml}))
		if err != nil || e.Failure != -1008 || e.Suggest != "" || e.Label != 0 || !strings.Contains(e.TraceID, "t") {
			t.Errorf("%+v, %v", e, err)
		}
	}
}
