package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// A table is at most 10 MiB; the form around it takes a little more.
const importBytes = 10<<20 + 64<<10

var (
	errNoFile = fault.New(fault.Invalid, "import.no_file", "没有收到文件。请选择一个 Excel 或 CSV 表格再上传。")
	errNoForm = fault.New(fault.Invalid, "import.not_a_form", "上传的格式不对。请用表单上传，表格放在 file 这一项里；在小程序里请升级后重试。")
)

// handInIn is a form with one file, as wx.uploadFile and browsers send it. It is taken from the raw
// body, which stays in memory: a form reader would leave people's data in a temporary file. What has a
// name in JSON makes the command's print: the boundary of a form is another each time, the file's hash
// is not.
type handInIn struct {
	Keyed
	Node        ID     `path:"id" json:"node" doc:"社区"`
	Kind        string `query:"kind" json:"kind" required:"true" enum:"structure,roster" doc:"structure 网格楼栋，roster 居民名册" example:"roster"`
	DryRun      bool   `query:"dry_run" json:"dry_run" doc:"true 只核对、不写入" example:"true"`
	ContentType string `header:"Content-Type" json:"-" hidden:"true"`
	RawBody     []byte `json:"-"`
	FileHash    string `json:"file_hash"`

	file []byte
}

// Resolve takes the file out of the form.
func (in *handInIn) Resolve(huma.Context) []error {
	kind, params, err := mime.ParseMediaType(in.ContentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return []error{problemOf(errNoForm)}
	}
	form := multipart.NewReader(bytes.NewReader(in.RawBody), params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return []error{problemOf(errNoFile)}
		}
		if err != nil {
			return []error{problemOf(errNoForm)}
		}
		if part.FormName() != "file" {
			continue
		}
		if in.file, err = io.ReadAll(part); err != nil {
			return []error{problemOf(errNoForm)}
		}
		sum := sha256.Sum256(in.file)
		in.FileHash = base64.RawURLEncoding.EncodeToString(sum[:])
		return nil
	}
}

// fileForm describes a form with one file.
func fileForm(doc string) *huma.RequestBody {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary", Description: doc}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": file},
	}}}}
}

type importView struct {
	ID         ID         `json:"id"`
	Kind       string     `json:"kind" enum:"structure,roster" doc:"structure 网格楼栋，roster 居民名册"`
	Node       ID         `json:"node_id" doc:"社区"`
	DryRun     bool       `json:"dry_run" doc:"只核对、不写入"`
	State      string     `json:"state" enum:"queued,running,done,refused,failed,cancelled" doc:"排队、进行中、完成、表格有错、系统出错、已取消。除完成以外都没有写入任何内容"`
	Total      int64      `json:"total" doc:"表格里的行数" example:"1200"`
	Done       int64      `json:"done" doc:"已核对的行数；全部核对完以后一次写入" example:"800"`
	Added      int64      `json:"added" doc:"新增的行数；试导入时是将会新增的" example:"12"`
	Changed    int64      `json:"changed" doc:"更新的行数"`
	Unchanged  int64      `json:"unchanged" doc:"没有变化的行数"`
	Moved      int64      `json:"moved" doc:"更新的人里，换了单元的"`
	Places     int64      `json:"places" doc:"新建的网格、楼栋、单元"`
	Homes      int64      `json:"homes" doc:"新建的户"`
	Faults     int64      `json:"faults" doc:"要改正的地方；清单里最多列 5000 处"`
	Failure    string     `json:"failure,omitempty" doc:"没有完成的原因，机器可读" example:"import.rows_at_fault"`
	HandedIn   time.Time  `json:"handed_in_at" doc:"上传的时间"`
	FinishedAt *time.Time `json:"finished_at,omitempty" doc:"结束的时间"`
}

func (a *API) handIn(ctx context.Context, cmd service.Command, in *handInIn) (model.Import, error) {
	return a.s.HandIn(ctx, cmd, int64(in.Node), model.ImportKind(in.Kind), in.DryRun, in.file)
}

func viewImport(i model.Import) importView {
	v := importView{
		ID: ID(i.ID), Kind: string(i.Kind), Node: ID(i.NodeID), DryRun: i.DryRun, State: string(i.State), Total: i.TotalRows, Done: i.DoneRows,
		Added: i.Added, Changed: i.Changed, Unchanged: i.Unchanged, Moved: i.Moved, Places: i.Places, Homes: i.Homes,
		Faults: i.Faults, Failure: i.Failure, HandedIn: atEdge(i.CreatedAt),
	}
	if i.FinishedAt != nil {
		at := atEdge(*i.FinishedAt)
		v.FinishedAt = &at
	}
	return v
}

type importIn struct {
	ID ID `path:"id" doc:"导入的编号"`
}

func (a *API) viewImport(ctx context.Context, by model.Actor, in *importIn) (importView, error) {
	imp, err := a.s.Import(ctx, by, int64(in.ID))
	return viewImport(imp), err
}

type importsIn struct {
	Paged
	Node ID `path:"id" doc:"社区"`
}

func (a *API) listImports(ctx context.Context, by model.Actor, in *importsIn) (List[importView], error) {
	after, err := in.after()
	if err != nil {
		return List[importView]{}, err
	}
	rows, err := a.s.Imports(ctx, by, int64(in.Node), model.Slice{After: after, Limit: in.Limit})
	return listOf(in.Paged, rows, func(i model.Import) int64 { return i.ID }, viewImport), err
}

type cancelImportIn struct {
	Keyed
	ID ID `path:"id" json:"id" doc:"导入的编号"`
}

func (a *API) cancelImport(ctx context.Context, cmd service.Command, in *cancelImportIn) (model.Import, error) {
	return a.s.CancelImport(ctx, cmd, int64(in.ID))
}

type importFaultsIn struct {
	Paged
	ID ID `path:"id" doc:"导入的编号"`
}

type importFaultView struct {
	Line   int64  `json:"line" doc:"表格里的行号；0 是整个表格" example:"3"`
	Column string `json:"column" doc:"哪一列" example:"手机号"`
	Text   string `json:"text" doc:"哪里不对，怎么改"`
}

func (a *API) listImportFaults(ctx context.Context, by model.Actor, in *importFaultsIn) (List[importFaultView], error) {
	after, err := in.after()
	if err != nil {
		return List[importFaultView]{}, err
	}
	rows, err := a.s.ImportFaults(ctx, by, int64(in.ID), model.Slice{After: after, Limit: in.Limit})
	return listOf(in.Paged, rows, func(f model.ImportFault) int64 { return f.ID }, func(f model.ImportFault) importFaultView {
		return importFaultView{f.Line, f.ColumnName, f.Text}
	}), err
}

// tableOut is a table to take away.
type tableOut struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// downloadTable makes a route that gives a table to take away; write writes it and names the file.
func downloadTable[In any](path, id, summary string, who Who, format service.TableFormat, write func(a *API, ctx context.Context, by model.Actor, in *In, w io.Writer) (name string, err error)) route {
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, room: long, mount: func(a *API, r route) {
		op := r.operation()
		op.Responses = map[string]*huma.Response{"200": {Description: "表格", Content: map[string]*huma.MediaType{
			format.ContentType(): {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}}
		huma.Register(a.huma, op, func(ctx context.Context, in *In) (*tableOut, error) {
			var body bytes.Buffer
			name, err := write(a, ctx, actorIn(ctx), in, &body)
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			file := url.PathEscape(name + "." + string(format))
			return &tableOut{format.ContentType(), "attachment; filename*=UTF-8''" + file, "private, no-store", body.Bytes()}, nil
		})
	}}
}

type importTemplateIn struct {
	Kind string `path:"kind" enum:"structure,roster" doc:"structure 网格楼栋，roster 居民名册" example:"roster"`
}

func (a *API) importTemplate(_ context.Context, _ model.Actor, in *importTemplateIn, w io.Writer) (string, error) {
	return in.Kind + "-template", a.s.ImportTemplate(w, model.ImportKind(in.Kind))
}

func importFaultTable(format service.TableFormat) func(*API, context.Context, model.Actor, *importIn, io.Writer) (string, error) {
	return func(a *API, ctx context.Context, by model.Actor, in *importIn, w io.Writer) (string, error) {
		name := "import-" + strconv.FormatInt(int64(in.ID), 10) + "-faults"
		return name, a.s.WriteImportFaults(ctx, by, int64(in.ID), format, w)
	}
}
