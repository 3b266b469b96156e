package api_test

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

type shownPhoto struct {
	ID, State, URL string
	Thumb          string `json:"thumb_url"`
	Width, Height  int
}

func TestPhoto_isSeenByItsUploaderUntilARecordNamesIt(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	mine, theirs := k.SignIn(k.Person(o.Unit, "李小梅")), k.SignIn(k.Person(o.Unit, "王大力"))
	_, chief := k.Officer(model.UnitChief, o.Unit, "单小元")
	var up, again shownPhoto
	k.Upload(mine, "/v1/files", k.Photo(3000, 1500), nil).Expect(200).Has(`"state":"pending"`, `"title":"审核中"`).Into(&up)
	if up.Width != 2048 || up.Height != 1024 {
		t.Errorf("%d × %d", up.Width, up.Height)
	}
	k.Get(mine, "/v1/files/"+up.ID).Expect(200).Into(&again)
	if again != up {
		t.Errorf("%+v and then %+v", up, again)
	}
	k.Get(theirs, "/v1/files/"+up.ID).Refused(404, "file.not_found")
	k.Get(chief, "/v1/files/"+up.ID).Refused(404, "file.not_found")
	k.Get("", "/v1/files/"+up.ID).Refused(401, "session.required")
	k.Get(mine, "/v1/files/4711").Refused(404, "file.not_found")
	for link, side := range map[string]int{up.URL: 2048, up.Thumb: 400} {
		a := k.Get("", link).Expect(200)
		c, err := jpeg.DecodeConfig(bytes.NewReader(a.Body))
		if err != nil || c.Width != side || a.Header.Get("Content-Type") != "image/jpeg" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%d wide as %s: %v", c.Width, a.Header.Get("Content-Type"), err)
		}
		if a.Header.Get("Cache-Control") != "private, max-age=600" {
			t.Errorf("kept as %q", a.Header.Get("Cache-Control"))
		}
	}
}

func TestPhotoLink_endsAndCannotBeMade(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	var one, two shownPhoto
	k.Upload(mine, "/v1/files", k.Photo(64, 48), nil).Into(&one)
	k.Upload(mine, "/v1/files", k.Photo(64, 48), nil).Into(&two)
	text := strings.TrimPrefix(one.URL, "/v1/photos/")
	signed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range signed {
		forged := bytes.Clone(signed)
		forged[i] ^= 1
		k.Get("", "/v1/photos/"+base64.RawURLEncoding.EncodeToString(forged)).Refused(404, "photo.link_unknown")
	}
	for _, bad := range []string{text[:len(text)-1], text + "A", text[1:], "x", strings.ToLower(text)} {
		k.Get("", "/v1/photos/"+bad).Refused(404, "photo.link_unknown")
	}
	k.Move(4 * time.Minute)
	var later shownPhoto
	k.Get(mine, "/v1/files/"+one.ID).Into(&later)
	if later.URL != one.URL {
		t.Error("within five minutes the link is another, and the picture is loaded twice")
	}
	k.Move(6*time.Minute - time.Second)
	k.Get("", one.URL).Expect(200)
	k.Move(time.Second)
	k.Get("", one.URL).Refused(410, "photo.link_over")
	k.Get(mine, "/v1/files/"+one.ID).Into(&later)
	k.Get("", later.URL).Expect(200)
}

func TestPhotoLink_tellsNothingOfAnybody(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	var up shownPhoto
	k.Upload(k.SignIn(p), "/v1/files", k.Photo(64, 48), nil).Into(&up)
	b, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(up.URL, "/v1/photos/"))
	if len(b) != 34 {
		t.Fatalf("%d bytes: two flags, the photo, the end and the signature", len(b))
	}
}

// TestPhotoLink_ofWhatHasNotPassedIsAnotherOne: a link that everybody is given opens nothing that only
// the uploader may see.
func TestPhotoLink_ofWhatHasNotPassedIsAnotherOne(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	id, _ := strconv.ParseInt(k.UploadPhoto(mine), 10, 64)
	var f model.File
	for state, want := range map[model.FileState]int{model.FilePending: 404, model.FileReview: 404, model.FileRejected: 404, model.FilePassed: 200} {
		k.Tx(func(tx *gorm.DB) error {
			if err := tx.Model(&model.File{}).Where("id = ?", id).Update("state", state).Error; err != nil {
				return err
			}
			return tx.Where("id = ?", id).Take(&f).Error
		})
		f.ForShowing(testkit.Keys(), k.Clock.Now())
		if a := k.Get("", "/v1/photos/"+f.Link(model.WholePhoto, false)); a.Status != want {
			t.Errorf("%s: %d, want %d", state, a.Status, want)
		}
		k.Get("", "/v1/photos/"+f.Link(model.WholePhoto, true)).Expect(200)
		all, own := api.ViewPhotos([]model.File{f}, false), api.ViewPhotos([]model.File{f}, true)
		if (all == "[]") != (want == 404) || !strings.Contains(own, `"state":"`+string(state)+`"`) {
			t.Errorf("%s is shown to all as %s, to its owner as %s", state, all, own)
		}
	}
}

func TestPhoto_isGoneWithItsLink(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	var up shownPhoto
	k.Upload(mine, "/v1/files", k.Photo(64, 48), nil).Into(&up)
	for name := range k.Blobs.Kept() {
		if err := k.Blobs.Remove(k.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	k.Get("", up.URL).Refused(404, "photo.link_unknown")
	k.Tx(func(tx *gorm.DB) error { return tx.Where("1 = 1").Delete(&model.File{}).Error })
	k.Get("", up.URL).Refused(404, "photo.link_unknown")
}

func TestUploadPhoto_refusesByContent(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	for name, c := range map[string]struct {
		file   []byte
		status int
		code   string
	}{
		"a program":    {[]byte("MZ\x90\x00" + strings.Repeat("x", 99)), 422, "photo.format_unsupported"},
		"HEIC":         {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), 422, "photo.format_unsupported"},
		"half of one":  {k.Photo(64, 48)[:200], 422, "photo.broken"},
		"nothing":      {nil, 422, "photo.none"},
		"too large":    {append(k.Photo(64, 48), make([]byte, 10<<20)...), 413, "photo.too_large"},
		"a form of it": {append(k.Photo(64, 48), make([]byte, 11<<20)...), 413, "photo.too_large"},
	} {
		a := k.Upload(mine, "/v1/files", c.file, nil)
		t.Log(name)
		a.Refused(c.status, c.code)
	}
	k.Post(mine, "/v1/files", map[string]string{"file": "x"}).Refused(422, "photo.not_a_form")
	form := "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--\r\n"
	k.Post(mine, "/v1/files", form, "Content-Type", "multipart/form-data; boundary=b").Refused(422, "photo.none")
	k.Upload(mine, "/v1/files", k.Photo(64, 48), map[string]string{"a": "前面还有别的内容"}).Expect(200)
	if n := len(k.Blobs.Kept()); n != 2 {
		t.Errorf("%d blobs", n)
	}
}

func TestUploadPhoto_dropsWhereItWasTaken(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	photo := k.Photo(64, 48)
	dirty := append(append(bytes.Clone(photo[:2]), "\xff\xe1\x00\x1aExif\x00\x00GPS 30.54N 117.06E"...), photo[2:]...)
	k.Upload(mine, "/v1/files", dirty, nil).Expect(200)
	for name, b := range k.Blobs.Kept() {
		if bytes.Contains(b.Content, []byte("GPS")) || bytes.Contains(b.Content, []byte("Exif")) {
			t.Errorf("%s still says where", name)
		}
	}
}

func TestMyData_countsPhotos(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	k.UploadPhoto(mine)
	k.Get(mine, "/v1/me/data").Expect(200).Has(`"photos":1`)
}
