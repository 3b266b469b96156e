package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/model"
	"danyuan/service"
)

type codeView struct {
	ID        ID         `json:"id" doc:"码的编号"`
	Code      string     `json:"code" doc:"小程序码里的 scene" example:"7K2M9QX4T1AB"`
	Kind      string     `json:"kind" enum:"unit,community,plaque" doc:"单元码、社区码、门牌码"`
	Node      ID         `json:"node_id" doc:"单元或社区"`
	Plaque    *ID        `json:"plaque_id,omitempty" doc:"门牌码：哪一块门牌"`
	MadeAt    time.Time  `json:"made_at" doc:"何时做的"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" doc:"何时作废；没有就是有效"`
	Reason    string     `json:"reason,omitempty" doc:"为什么作废" example:"海报被撕掉了"`
}

func viewCode(c model.Code) codeView {
	return codeView{ID(c.ID), c.Code, string(c.Kind), ID(c.NodeID), maybeID(c.PlaqueID), atEdge(c.MadeAt), maybeAtEdge(c.RevokedAt), c.Reason}
}

type makeCodeIn struct {
	Keyed
	Node ID `path:"id" doc:"单元或社区"`
}

func (a *API) makeCode(ctx context.Context, cmd service.Command, in *makeCodeIn) (model.Code, error) {
	return a.s.MakeCode(ctx, cmd, int64(in.Node))
}

type revokeCodeIn struct {
	Keyed
	Code ID `path:"code_id" doc:"要作废的码"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么作废" example:"海报被撕掉了"`
	}
}

func (a *API) replaceCode(ctx context.Context, cmd service.Command, in *revokeCodeIn) (model.Code, error) {
	return a.s.ReplaceCode(ctx, cmd, int64(in.Code), in.Body.Reason)
}

func (a *API) revokeCode(ctx context.Context, cmd service.Command, in *revokeCodeIn) (model.Code, error) {
	return a.s.RevokeCode(ctx, cmd, int64(in.Code), in.Body.Reason)
}

type codesIn struct {
	Node ID `path:"id" doc:"单元或社区"`
	Paged
}

func (a *API) codes(ctx context.Context, by model.Actor, in *codesIn) (List[codeView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[codeView]{}, err
	}
	rows, err := a.s.CodesOf(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(c model.Code) int64 { return c.ID }, viewCode), err
}

type posterView struct {
	Node  nodeName `json:"node" doc:"单元或社区"`
	Kind  string   `json:"kind" enum:"unit,community" doc:"单元、社区" example:"unit"`
	Place string   `json:"place" doc:"从社区到这里的名称" example:"先锋社区第一网格3栋1单元"`
	Code  *ID      `json:"code_id,omitempty" doc:"有效的码；没有就是还没有做"`
}

func viewPoster(p service.Poster) posterView {
	v := posterView{Node: nodeName{ID(p.Node.ID), p.Node.Name}, Kind: string(p.Node.Kind), Place: p.Place}
	if p.Code != nil {
		id := ID(p.Code.ID)
		v.Code = &id
	}
	return v
}

func (a *API) posters(ctx context.Context, by model.Actor, in *codesIn) (List[posterView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[posterView]{}, err
	}
	rows, err := a.s.Posters(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(p service.Poster) int64 { return p.Node.ID }, viewPoster), err
}

type codePictureIn struct {
	Code ID `path:"code_id" doc:"码的编号"`
}

// codePicture is mounted by hand because its body is a picture.
func codePicture(path, id, summary string, who Who) route {
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, mount: func(a *API, r route) {
		op := r.operation()
		op.Responses = map[string]*huma.Response{"200": {
			Description: "小程序码图片",
			Content:     map[string]*huma.MediaType{"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		}}
		huma.Register(a.huma, op, func(ctx context.Context, in *codePictureIn) (*pictureOut, error) {
			jpeg, err := a.s.CodePicture(ctx, actorIn(ctx), int64(in.Code))
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			return &pictureOut{ContentType: "image/jpeg", CacheControl: "private, no-cache", Body: jpeg}, nil
		})
	}}
}

type pictureOut struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

type sceneIn struct {
	Scene string `path:"scene" maxLength:"64" doc:"扫到的 scene" example:"7K2M9QX4T1AB"`
}

type sceneView struct {
	Is   string    `json:"is" enum:"unit,community,plaque,revoked,unknown" doc:"扫到的是什么：单元码、社区码、门牌码、已作废的码、不认识的码"`
	Page string    `json:"page,omitempty" doc:"应当打开的小程序页面" example:"pages/unit/index"`
	Node *nodeView `json:"node,omitempty" doc:"哪个单元或社区；门牌码是它所在的单元"`
	Text string    `json:"text,omitempty" doc:"码已作废或不认识时，告诉人接下来怎么做"`
}

func (a *API) scene(ctx context.Context, _ model.Actor, in *sceneIn) (sceneView, error) {
	s, err := a.s.SceneOf(ctx, in.Scene)
	switch {
	case err != nil:
		return sceneView{}, err
	case s.Valid:
		node := viewNode(s.Node)
		return sceneView{Is: string(s.Code.Kind), Page: s.Code.Kind.Page(), Node: &node}, nil
	case s.Code.ID != 0:
		return sceneView{Is: "revoked", Text: s.Why.Text}, nil
	}
	return sceneView{Is: "unknown", Text: s.Why.Text}, nil
}
