package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"danyuan/testkit/edge"
)

// payload is what a hostile file hides.
const payload = "<script>alert('HIDDEN-IN-THE-FILE')</script>"

const hidden = "HIDDEN-IN-THE-FILE"

// hostileFiles are files that are two things at once, or much larger than they look. fits is a file that
// the route takes.
func hostileFiles(t testing.TB, k *edge.Kit) map[string][]byte {
	t.Helper()
	photo := k.Photo(32, 32)
	comment := append([]byte("\xff\xfe"), binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2))...)
	chunk := func(kind, content string) []byte {
		b := append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), kind+content...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(kind+content)))
	}
	huge := func(w, h uint32) []byte {
		head := string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)) + "\x08\x06\x00\x00\x00"
		return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head), chunk("IDAT", payload), chunk("IEND", "")}, nil)
	}
	return map[string][]byte{
		"a photo and a page":           append(bytes.Clone(photo), payload...),
		"a photo and an archive":       append(bytes.Clone(photo), zipped(t, "x.html", payload)...),
		"a photo with a page inside":   bytes.Join([][]byte{photo[:2], comment, []byte(payload), photo[2:]}, nil),
		"a picture that is a program":  []byte("GIF89a/*" + payload + "*/=1;alert(1)"),
		"a drawing with a script":      []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>` + payload + `</script></svg>`),
		"a drawing that reads files":   []byte(`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;` + hidden + `</text></svg>`),
		"a thousand million laughs":    []byte(`<!DOCTYPE l [<!ENTITY a "` + strings.Repeat("a", 100) + `"><!ENTITY b "` + strings.Repeat("&a;", 100) + `"><!ENTITY c "` + strings.Repeat("&b;", 100) + `">]><l>` + strings.Repeat("&c;", 100) + hidden + `</l>`),
		"a page":                       []byte("<html>" + payload),
		"a PDF":                        []byte("%PDF-1.7\n" + payload),
		"a PNG of 4 billion pixels":    huge(65535, 65535),
		"a PNG of no pixels":           huge(0, 0),
		"a workbook that is a bomb":    zipped(t, "xl/worksheets/sheet1.xml", strings.Repeat("\x00", 64<<20)+hidden),
		"a workbook that leads out":    zipped(t, "../../../../tmp/"+hidden, payload),
		"a workbook with an entity":    zipped(t, "xl/workbook.xml", `<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook>&x;`+hidden+`</workbook>`),
		"an archive in an archive":     zipped(t, "a.zip", string(zipped(t, "b.zip", payload))),
		"ten thousand empty archives":  bytes.Repeat([]byte("PK\x05\x06"+strings.Repeat("\x00", 18)), 10_000),
		"a JPEG of nothing but starts": bytes.Repeat([]byte("\xff\xd8\xff"), 100_000),
	}
}

func zipped(t testing.TB, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create(name)
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hostileNames are names of files that have led somewhere, or broken a header.
var hostileNames = []string{"../../etc/cron.d/x", "a.jpg\\\"; filename=\\\"b.php", "a.php\x00.jpg", "照片.svg", strings.Repeat("a", 5000) + ".jpg", ""}

// TestEveryUpload_whatAHostileFileHidesIsKeptNowhere sends every route that takes files those that are two
// things at once, bombs, and names that lead elsewhere. Each is refused, or is taken without what it
// hides; and costs little. It grows from the route table.
func TestEveryUpload_whatAHostileFileHidesIsKeptNowhere(t *testing.T) {
	base := newWorld(t)
	seen := 0
	for _, r := range base.API.Routes() {
		if uploads[r.ID] == nil {
			continue
		}
		seen++
		w := base.again(t)
		q, token := w.request(r), w.letIn(r.Who)[0].token
		send := func(what, name string, file []byte) {
			t.Helper()
			body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\nContent-Type: image/jpeg\r\n\r\n" + string(file) + "\r\n--b--\r\n"
			if !strings.Contains(q.upload.contentType, "multipart") {
				body = string(file)
			}
			q := q
			q.upload = &upload{q.upload.contentType, body}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			a := q.call(w, token)
			runtime.ReadMemStats(&after)
			sane(t, r.ID+": "+what, a)
			if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
				t.Errorf("%s: %s took %d MB of memory", r.ID, what, took>>20)
			}
			if bytes.Contains(a.Body, []byte(hidden)) {
				t.Errorf("%s: %s comes back in the answer: %.300s", r.ID, what, a.Body)
			}
		}
		for what, file := range hostileFiles(t, w.Kit) {
			send(what, "a.jpg", file)
		}
		for i, name := range hostileNames {
			send(fmt.Sprintf("name %d", i), name, w.Photo(32, 32))
		}
		for name, blob := range w.Blobs.Kept() {
			if bytes.Contains(blob.Content, []byte(hidden)) || bytes.Contains(blob.Content, []byte("PK\x03\x04")) || !bytes.HasPrefix(blob.Content, []byte("\xff\xd8\xff")) {
				t.Errorf("%s: %s keeps what was hidden, or is no photo", r.ID, name)
			}
			if strings.ContainsAny(name, "/\\<>\"") || strings.Contains(name, "..") {
				t.Errorf("%s: a blob is called %q", r.ID, name)
			}
		}
	}
	if seen < len(uploads) {
		t.Errorf("%d of %d uploads are in the route table", seen, len(uploads))
	}
}

// TestPicture_isShownAsAPictureOnly: a browser is told what it is, and to believe it.
func TestPicture_isShownAsAPictureOnly(t *testing.T) {
	k := edge.New(t)
	mine := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	var up shownPhoto
	k.Upload(mine, "/v1/files", append(k.Photo(32, 32), payload...), nil).Expect(http.StatusOK).Into(&up)
	a := k.Get("", up.URL).Expect(http.StatusOK).HasNot(hidden)
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
