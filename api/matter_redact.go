package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// What of an event is redacted, besides its words.
const (
	partWords  = "words"
	partPlace  = "place"
	partAnswer = "answer"
)

type redactMatterIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		Seq      int64  `json:"seq" minimum:"1" doc:"哪一步；1 是上报的内容" example:"1"`
		Part     string `json:"part,omitempty" enum:"words,place,answer" doc:"隐去哪一项：说的话（不填就是）、地点、对一个提问的回答；地点和回答只有上报时有"`
		Question int64  `json:"question,omitempty" minimum:"1" maximum:"1000" doc:"隐去回答时，是第几个提问" example:"1"`
		Words    string `json:"words" minLength:"1" maxLength:"1000" doc:"隐去以后的文字，所有人看到的都是这个" example:"三楼有住户在楼道堆放杂物"`
		Reason   string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么隐去，上报人会看到" example:"里面写了别人的姓名和电话"`
	}
}

func (a *API) redactWords(ctx context.Context, cmd service.Command, in *redactMatterIn) (service.MatterRecord, error) {
	at := model.MatterText(in.Body.Seq)
	switch in.Body.Part {
	case partPlace:
		at = model.ReportPlace
	case partAnswer:
		at = model.AnswerTo(in.Body.Question)
	}
	if in.Body.Seq != at.Event() || in.Body.Part == partAnswer && in.Body.Question == 0 {
		return service.MatterRecord{}, model.ErrMatterNoEvent
	}
	return a.s.RedactWords(ctx, cmd, int64(in.Matter), at, in.Body.Words, in.Body.Reason)
}

type redactPhotoIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		Photo       ID     `json:"photo_id" doc:"要隐去的照片"`
		Replacement ID     `json:"replacement_id,omitempty" doc:"代替它的照片，先上传；不填就只是隐去"`
		Reason      string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么隐去，上报人会看到" example:"拍到了别人的证件"`
	}
}

func (a *API) redactPhoto(ctx context.Context, cmd service.Command, in *redactPhotoIn) (service.MatterRecord, error) {
	return a.s.RedactPhoto(ctx, cmd, int64(in.Matter), int64(in.Body.Photo), int64(in.Body.Replacement), in.Body.Reason)
}

type originalWordsView struct {
	Seq      int64     `json:"seq" doc:"哪一步；1 是上报的内容"`
	Part     string    `json:"part" enum:"words,place,answer" doc:"说的话、地点、对提问的回答"`
	Question int64     `json:"question,omitempty" doc:"是对第几个提问的回答"`
	Words    string    `json:"words" doc:"原来的文字"`
	By       string    `json:"by" doc:"谁隐去的" example:"陈社工"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason" example:"里面写了别人的姓名和电话"`
}

type originalPhotoView struct {
	PhotoView
	Seq    int64     `json:"seq" doc:"原来在哪一步"`
	By     string    `json:"by" doc:"谁隐去的" example:"陈社工"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason" example:"拍到了别人的证件"`
}

type matterOriginalView struct {
	Words  []originalWordsView `json:"words" nullable:"false" doc:"隐去过的文字，原来是什么"`
	Photos []originalPhotoView `json:"photos" nullable:"false" doc:"隐去的照片"`
}

// matterOriginal shows what was redacted; the service has put the reading into the audit log by then.
func (a *API) matterOriginal(ctx context.Context, by model.Actor, in *matterIn) (matterOriginalView, error) {
	r, err := a.s.MatterOriginal(ctx, by, int64(in.Matter))
	return matterOriginalView{
		Words: each(r.Words, func(o model.ListedMatterOriginal) originalWordsView {
			at, part := model.MatterText(o.Seq), partWords
			switch {
			case at == model.ReportPlace:
				part = partPlace
			case at < model.ReportPlace:
				part = partAnswer
			}
			return originalWordsView{at.Event(), part, at.Question(), o.Words, o.ByName, atEdge(o.At), o.Reason}
		}),
		Photos: each(r.Photos, func(p service.OriginalPhoto) originalPhotoView {
			return originalPhotoView{viewPhoto(p.File), p.Seq, p.ByName, atEdge(p.At), p.Reason}
		}),
	}, err
}
