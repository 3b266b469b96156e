# shellcheck shell=bash disable=SC2154,SC2034 # the parts share what scripts/tour and each other set
# Part of scripts/tour: children, activities, hours and points, rewards, certificates, the outbox.

# --- a child ---

say '名册里有一个八岁的孩子:没有写监护人就不导入;写上同一户的李小梅再导入。'
born=$(($(date +%Y) - 8))-01-01
printf '网格,楼栋,单元,房号,姓名,出生日期,监护人\n第一网格,3栋,1单元,101,李小童,%s,\n' "$born" >"$home/roster.csv"
"$home/fill" "$home/template.xlsx" "$home/roster.xlsx" <"$home/roster.csv"
hand_in 'kind=roster'
expect 200 '.state == "refused"'
ask GET "/v1/imports/$import/faults" "$community_secretary"
expect 200 '.items[0] | .column == "监护人" and (.text | contains("未满14周岁"))'
sed -i 's/,$/,李小梅/' "$home/roster.csv"
"$home/fill" "$home/template.xlsx" "$home/roster.xlsx" <"$home/roster.csv"
hand_in 'kind=roster'
expect 200 '.state == "done"' '.added == 1'
say '李小梅还没有同意:谁也不能替孩子办事。她读规则,同意,就可以了。'
ask GET "/v1/me/children" "$resident"
expect 200 '.items[0] | .state == "named" and .child_name == "李小童" and (.counts | not)'
child=$(take '.items[0].child_id') guardianship=$(take '.items[0].id')
ask POST "/v1/people/$child/matters" "$chief" '{"category":"repair","words":"门口的秋千绳子松了","anonymity":"named"}'
expect 409 '.code == "guardian.child_without_consent" and (.detail | contains("监护人"))'
ask GET /v1/consents/children "$resident"
expect 200 '.text | contains("未满14周岁")'
ask POST "/v1/guardianships/$guardianship/agree" "$resident" "{\"consent_version\":$(take .version)}"
expect 200 '.state == "active" and .counts'
ask POST "/v1/people/$child/matters" "$chief" '{"category":"repair","words":"门口的秋千绳子松了","anonymity":"named"}'
expect 200
say '她看得到系统里关于孩子的一切,每次都有记录;别人看不到。'
ask GET "/v1/children/$child/data" "$resident"
expect 200 '.person.name == "李小童" and (.matters | length == 1)'
ask GET "/v1/children/$child/data" "$member"
expect 404 '.code == "guardian.child_not_found"'
say '她撤回同意,立即生效。'
ask POST "/v1/guardianships/$guardianship/withdraw" "$resident"
expect 200 '.state == "withdrawn"'
ask POST "/v1/people/$child/matters" "$chief" '{"category":"repair","words":"秋千又松了","anonymity":"named"}'
expect 409 '.code == "guardian.child_without_consent"'

say '社区把第一网格拆成两个,历史留下,谁也没有丢。'
ask GET "/v1/nodes/$grid/children" "$staff"
expect 200 '.items | length == 2'
first=$(take '.items[0].id') second=$(take '.items[1].id')
ask POST "/v1/nodes/$grid/split" "$community_secretary" "{\"parts\":[{\"name\":\"第一网格甲\",\"child_ids\":[\"$first\"]},{\"name\":\"第一网格乙\",\"child_ids\":[\"$second\"]}],\"reason\":\"户数太多\"}"
expect 200
ask GET "/v1/units/$unit_code" "$resident"
expect 200 '[.place[].name] | any(startswith("第一网格"))'
ask GET "/v1/nodes/$grid/history" "$community_secretary"
expect 200 '.items | length >= 1'

# --- the waiting list ---

say '李小梅报上义诊唯一的名额,张卫东候补,前面没有人。'
ask POST "/v1/activities/$clinic/sign-up" "$resident"
expect 200 '.state == "seated"'
ask POST "/v1/activities/$clinic/sign-up" "$member"
expect 200 '.state == "waiting" and (.waiting_ahead // 0) == 0'
say '李小梅退出,张卫东自动补上,收件箱里有消息。'
ask POST "/v1/activities/$clinic/sign-off" "$resident"
expect 200 '.state == "off"'
ask GET "/v1/activities/$clinic" "$member"
expect 200 '.my_state == "seated"'
ask GET /v1/notices "$member"
expect 200 '[.items[] | .title + .body] | any(test("社区义诊"))'

say '社区取消义诊,说明原因:报了名的人都收到消息。'
ask POST "/v1/activities/$clinic/cancel" "$staff" '{"reason":"医生临时出诊"}'
expect 200 '.phase == "cancelled"'
for _ in $(seq 50); do
  ask GET /v1/notices "$member" >/dev/null
  ! jq -e '[.items[].body] | any(test("医生临时出诊"))' >/dev/null <<<"$answer" || break
  sleep 0.1
done
show "< $(take '.items[0].body')"
expect 200 '[.items[].body] | any(test("医生临时出诊"))'

# --- hours and points ---

say '李小梅上传一张照片:按内容认,重新生成,微信检测通过才给别人看。'
base64 -d >"$home/photo.png" <<<iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPQqDhBEmIY1TCqYfhqAADDSmgQB35GTAAAAABJRU5ErkJggg==
reply=$(curl -sS -w '\n%{http_code}' -X POST "$at/v1/files" -H "Authorization: Bearer $resident" -H "Idempotency-Key: tour-$(date +%s%N)" -F "file=@$home/photo.png")
status=${reply##*$'\n'} answer=${reply%$'\n'*}
show '> POST /v1/files  (photo.png)' "< $status  $answer"
expect 200 '.width == 16'
photo=$(take .id)
for _ in $(seq 100); do
  ask GET "/v1/files/$photo" "$resident" >/dev/null
  [[ $(take .state) == pending ]] || break
  sleep 0.1
done
show "< $answer"
expect 200 '.state == "pass"'

say '不是照片的文件,改了名字也不收。'
reply=$(curl -sS -w '\n%{http_code}' -X POST "$at/v1/files" -H "Authorization: Bearer $resident" -H "Idempotency-Key: tour-$(date +%s%N)" -F "file=@$home/roster.csv;filename=photo.jpg")
status=${reply##*$'\n'} answer=${reply%$'\n'*}
show '> POST /v1/files  (photo.jpg)' "< $status  $answer"
expect 422 '.code == "photo.format_unsupported"'

say '她填报前天的两小时服务,附上照片。'
ask GET /v1/me/points "$resident"
had=$(take .balance)
log="{\"kind\":\"elderly\",\"content\":\"陪独居老人看病\",\"place\":\"社区卫生服务站\",\"starts_at\":\"$(day_ago 2 09:00)\",\"ends_at\":\"$(day_ago 2 11:00)\",\"photos\":[\"$photo\"]}"
ask POST /v1/hours "$resident" "$log"
expect 200 '.state == "claimed" and .minutes == 120'
hours=$(take .id)

say '同一段时间再填一条,被拒绝。'
ask POST /v1/hours "$resident" "{\"kind\":\"patrol\",\"content\":\"巡查\",\"place\":\"小区内\",\"starts_at\":\"$(day_ago 2 10:30)\",\"ends_at\":\"$(day_ago 2 12:00)\"}"
expect 409 '.code == "hours.overlap"'

say '单元长看到填报和照片,核实后确认:李小梅得到 20 分。'
ask GET "/v1/hours/$hours" "$chief"
expect 200 '.photos | length == 1'
picture=$(curl -sS -o "$home/thumb.jpg" -w '%{http_code} %{content_type}' "$at$(take '.photos[0].thumb_url')")
show "< 照片 $picture"
[[ $picture == "200 image/jpeg" ]] || { answer=$picture; fail 'no photo'; }
ask POST "/v1/hours/$hours/confirm" "$chief" '{"evaluation":"耐心细致"}'
expect 200 '.state == "confirmed" and .points == 20'

say '单元长给自己填的一条,自己不能确认。'
ask POST /v1/hours "$chief" "{\"kind\":\"patrol\",\"content\":\"夜间巡查\",\"place\":\"小区内\",\"starts_at\":\"$(day_ago 2 19:00)\",\"ends_at\":\"$(day_ago 2 20:00)\"}"
expect 200
ask POST "/v1/hours/$(take .id)/confirm" "$chief" '{}'
expect 403 '.code == "hours.own"'

say '李小梅看积分明细:每一笔以后还有多少,一目了然。'
ask GET /v1/me/points/statement "$resident"
expect 200 ".items[0] | .kind == \"hours.earned\" and .amount == 20 and .balance == $had + 20"

# --- rewards ---

say '她看社区可以兑换什么,自己够不够。'
ask GET /v1/rewards "$resident"
expect 200 ".points == $had + 20" '[.items[] | select(.redeemable)] | length >= 1'
reward=$(take '.items[] | select(.name == "理发券") | .id')
price=$(take '.items[] | select(.name == "理发券") | .points')

say '看到的价格和现在的不一样,不兑换,告诉她现在的价格。'
ask POST /v1/redemptions "$resident" "{\"reward_id\":\"$reward\",\"points\":$((price - 1))}"
expect 409 '.code == "reward.price_changed"'

say '按看到的价格兑换:积分、库存、经费同时扣下,得到领取码。'
key="tour-redeem-$(date +%s%N)"
ask POST /v1/redemptions "$resident" "{\"reward_id\":\"$reward\",\"points\":$price}"
expect 200 '.state == "reserved"' '.code | test("^[0-9]{10}$")'
pick_up=$(take .code) redemption=$(take .id)
say '网络断了,用同一个编号重试:还是同一次兑换,没有多扣。'
ask POST /v1/redemptions "$resident" "{\"reward_id\":\"$reward\",\"points\":$price}"
expect 200 ".id == \"$redemption\" and .code == \"$pick_up\""
key=
ask GET /v1/me/points "$resident"
expect 200 ".balance == $had + 20 - $price"

say '社区核对领取码,发放理发券;同一个码不能再领。'
ask POST "/v1/nodes/$community/pick-ups" "$staff" "{\"code\":\"$pick_up\"}"
expect 200 '.state == "fulfilled" and .person == "李**"'
ask POST "/v1/nodes/$community/pick-ups" "$staff" "{\"code\":\"$pick_up\"}"
expect 409 '.code == "pick_up.used"'

say '她又兑换一次,改了主意取消:积分退回。'
ask POST /v1/redemptions "$resident" "{\"reward_id\":\"$reward\",\"points\":$price}"
expect 200
ask POST "/v1/redemptions/$(take .id)/cancel" "$resident"
expect 200 '.state == "cancelled"'
ask GET /v1/me/points "$resident"
expect 200 ".balance == $had + 20 - $price"

say '区里看兑换经费:给了社区多少,花了多少,还剩多少;普通居民看不到。'
ask GET "/v1/nodes/$district/budgets" "$admin"
expect 200 ".communities[] | select(.node_id == \"$community\") | .committed == 0 and .spent == 1000 and .left == .given - .spent"
ask GET "/v1/nodes/$district/budgets" "$resident"
expect 403

# --- the activity ends ---

say '大扫除结束:李小梅扫签退码。'
while (($(date +%s) <= begins + 70)); do sleep 0.2; done
screen "$cleaning" out "$chief"
ask POST "/v1/activities/$cleaning/check-out" "$resident" "{\"code\":\"$code\"}"
expect 200 '.state == "claimed" and .minutes == 1'

say '张卫东忘了签退:不猜,先由组织者补上离开的时间和依据,才能确认。'
ask POST "/v1/activities/$cleaning/confirm" "$chief" '{}'
expect 409 '.code == "activity.unsettled"'
ask GET "/v1/activities/$cleaning/sign-ups" "$chief"
expect 200
ask POST "/v1/activities/$cleaning/settle" "$chief" "{\"people\":[{\"person_id\":\"$(take '.items[] | select(.attendance.state == "open") | .person_id')\",\"left_at\":\"$(date -u -d "@$((begins + 70))" +%Y-%m-%dT%H:%M:%SZ)\",\"reason\":\"散场时一起离开\"}]}"
expect 200 '.items[0].out_way == "organiser"'

say '单元长一次确认所有人的时长。'
ask POST "/v1/activities/$cleaning/confirm" "$chief" '{}'
expect 200 '.people == 2 and .minutes == 2'

# --- record, certificate, public notice ---

say '李小梅看自己的志愿服务记录:兑换不减少时长。'
ask GET /v1/me/record "$resident"
expect 200 '.services == 6' '[.items[].content] | index("楼道大扫除") and index("陪独居老人看病")'

say '她申请志愿服务记录证明,社区出具,带编号和验证码。'
today=$(TZ=Asia/Shanghai date +%F)
ask POST /v1/certificates "$resident" "{\"from\":\"$(TZ=Asia/Shanghai date -d '60 days ago' +%F)\",\"to\":\"$today\"}"
expect 200 '.state == "asked"'
certificate=$(take .id)
ask POST "/v1/certificates/$certificate/issue" "$staff"
expect 200 '.state == "issued"'
ask GET "/v1/certificates/$certificate" "$resident"
expect 200 '.number | startswith("ZY-")'
number=$(take .number) proof=$(take .code)

say '她下载证明,是一份 PDF。'
paper=$(curl -sS -o "$home/certificate.pdf" -w '%{http_code} %{content_type} %{size_download}' "$at/v1/certificates/$certificate/pdf" -H "Authorization: Bearer $resident")
show "> GET /v1/certificates/$certificate/pdf" "< $paper"
[[ $paper == "200 application/pdf "* && $(head -c 4 "$home/certificate.pdf") == %PDF ]] || { answer=$paper; fail 'no certificate'; }
((${paper##* } > 10000)) || { answer=$paper; fail 'the certificate is too small'; }

say '收到证明的人查验:是真的,看到的不多于纸面;验证码不对,回答不真。'
ask POST /v1/certificates/verify '' "{\"number\":\"$number\",\"code\":\"$proof\"}"
expect 200 '.genuine and .name == "李**" and .services == 6'
ask POST /v1/certificates/verify '' "{\"number\":\"$number\",\"code\":\"00000000\"}"
expect 200 '.genuine | not'

say '社区预览本季度的公示:兑换的人只露姓氏。'
month=$(TZ=Asia/Shanghai date +%-m) year=$(TZ=Asia/Shanghai date +%Y)
quarter=$(((month + 2) / 3))
ask GET "/v1/nodes/$community/public-notice-draft?year=$year&quarter=$quarter" "$staff"
expect 200 '.over | not' '.sums | .redemptions == 1 and .fen_spent == 1000' '.lines[0].name == "李**"'
say '季度还没有结束,不能发布。'
ask POST "/v1/nodes/$community/public-notices" "$staff" "{\"year\":$year,\"quarter\":$quarter}"
expect 409 '.code == "public_notice.quarter_not_over"'

# --- the outbox ---

say '区里看发件箱:没有卡住的,也没有积压;别人看不到。'
for _ in $(seq 50); do
  ask GET /v1/jobs/backlog "$admin" >/dev/null
  [[ $(take '[.items[].due] | add // 0') != 0 ]] || break
  sleep 0.1
done
ask GET '/v1/jobs?state=stuck' "$admin"
expect 200 '.items == []'
ask GET '/v1/jobs?state=done' "$admin"
expect 200 '[.items[].kind] | index("send_notice")'
ask GET /v1/jobs "$staff"
expect 403
