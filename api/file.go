package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/model"
	"danyuan/service"
)

// PhotoView is a photo as it stands in a record, or after it was uploaded.
type PhotoView struct {
	ID     ID     `json:"id" doc:"照片的编号，提交记录时填它"`
	State  string `json:"state" enum:"pending,pass,review,rejected" doc:"审核中、已通过、等待人工审核、未通过。审核只推迟展示，不影响记录"`
	Title  string `json:"title" doc:"状态的中文" example:"审核中"`
	Width  int64  `json:"width" example:"2048"`
	Height int64  `json:"height" example:"1536"`
	URL    string `json:"url" doc:"大图的地址，接在本服务的地址后面，不用登录；几分钟内有效，过期了重新读记录" example:"/v1/photos/AAAAAAAAAAAAAAE"`
	Thumb  string `json:"thumb_url" doc:"小图的地址，同样有效几分钟"`
}

// viewPhotos shows the photos of a record that the viewer may see. One that has not passed is shown only
// to its owner, the person who uploaded it, and to reviewers; all others see nothing of it.
func viewPhotos(files []model.File, viewerIsOwner bool) []PhotoView {
	views := make([]PhotoView, 0, len(files))
	for _, f := range files {
		if f.State == model.FilePassed || viewerIsOwner {
			views = append(views, viewPhoto(f))
		}
	}
	return views
}

// viewPhoto shows a photo to who may see it in every state.
func viewPhoto(f model.File) PhotoView {
	early := f.State != model.FilePassed
	return PhotoView{
		ID: ID(f.ID), State: string(f.State), Title: f.State.Title(), Width: f.Width, Height: f.Height,
		URL: service.PhotoPath + f.Link(model.WholePhoto, early), Thumb: service.PhotoPath + f.Link(model.ThumbPhoto, early),
	}
}

type uploadPhotoIn struct {
	Keyed
	PhotoForm
}

// uploadPhoto recognises a repetition by the photo's own bytes: the boundary of a form is another each time.
func (a *API) uploadPhoto(ctx context.Context, cmd service.Command, in *uploadPhotoIn) (model.File, error) {
	file, err := in.spool(ctx)
	if err != nil {
		return model.File{}, err
	}
	defer func() { _ = file.Close() }()
	cmd.Print = printOf("upload-photo", file.hash)
	return a.s.UploadPhoto(ctx, cmd, file, file.size)
}

type photoIn struct {
	File ID `path:"id" doc:"照片的编号"`
}

func (a *API) ownPhoto(ctx context.Context, by model.Actor, in *photoIn) (PhotoView, error) {
	f, err := a.s.OwnPhoto(ctx, by, int64(in.File))
	return viewPhoto(f), err
}

type photoReviewsIn struct {
	Node ID `path:"id" doc:"社区、网格或单元"`
	Paged
}

type reviewedPhotoView struct {
	PhotoView
	Uploader   string    `json:"uploader" doc:"上传的人" example:"张**"`
	UploadedAt time.Time `json:"uploaded_at" doc:"何时上传"`
	Subject    string    `json:"subject" doc:"用在哪一种记录里" example:"hours"`
	SubjectID  ID        `json:"subject_id" doc:"哪一条记录"`
	Seen       bool      `json:"seen_by_wechat" doc:"true 微信认为要人工看一下；false 微信没有看"`
}

func (a *API) photoReviews(ctx context.Context, by model.Actor, in *photoReviewsIn) (List[reviewedPhotoView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[reviewedPhotoView]{}, err
	}
	rows, err := a.s.PhotoReviews(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(f model.ReviewedFile) int64 { return f.ID }, func(f model.ReviewedFile) reviewedPhotoView {
		return reviewedPhotoView{viewPhoto(f.File), model.MaskName(f.UploaderName), atEdge(f.CreatedAt), f.Subject, ID(f.SubjectID), f.Answer != ""}
	}), err
}

type decidePhotoIn struct {
	Keyed
	File ID `path:"id" doc:"照片的编号"`
}

func (a *API) passPhoto(ctx context.Context, cmd service.Command, in *decidePhotoIn) (model.File, error) {
	return a.s.PassPhoto(ctx, cmd, int64(in.File))
}

type rejectPhotoIn struct {
	Keyed
	File ID `path:"id" doc:"照片的编号"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，上传的人会看到" example:"照片里有别人的证件"`
	}
}

func (a *API) rejectPhoto(ctx context.Context, cmd service.Command, in *rejectPhotoIn) (model.File, error) {
	return a.s.RejectPhoto(ctx, cmd, int64(in.File), in.Body.Reason)
}

type pictureIn struct {
	Link string `path:"link" maxLength:"64" doc:"记录里给的链接" example:"AAAAAAAAAAAAAAE"`
}

// picture is mounted by hand because its body is a picture. Who holds the link may see it: a picture is
// loaded without the session, by the page that shows it or by WeChat's check.
func picture(path, id, summary string, who Who) route {
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, mount: func(a *API, r route) {
		op := r.operation()
		op.Responses = map[string]*huma.Response{"200": {
			Description: "照片",
			Content:     map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		}}
		huma.Register(a.huma, op, func(ctx context.Context, in *pictureIn) (*pictureOut, error) {
			p, err := a.s.Picture(ctx, in.Link)
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			left := int64(p.Until.Sub(a.s.Clock.Now()) / time.Second)
			return &pictureOut{ContentType: "image/jpeg", CacheControl: "private, max-age=" + strconv.FormatInt(max(left, 0), 10), Body: p.JPEG}, nil
		})
	}}
}
