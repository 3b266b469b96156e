# shellcheck shell=bash disable=SC2154,SC2034 # the parts share what scripts/tour and each other set
# Part of scripts/tour: scanning, binding, showing identity, plaques, codes.

# --- scanning ---

say '一位过路人扫了楼道里的单元码:看到单元长和亮身份党员的姓氏,别的看不到。'
ask GET "/v1/units/$unit_code" ''
expect 200 '.audience == "passer_by"' '.chief.name == "王单元长"' '.members[0].name == "陈同志"' '.counts == null'
unit=$(take .unit.id)
grid=$(take '.place[] | select(.kind == "grid") | .id')
community=$(take '.place[] | select(.kind == "community") | .id')
district=$(take '.place[0].id')

say '住在这个单元的李小梅扫同一个码:看到邻居选择公开的姓名、承诺和特长。'
ask GET "/v1/units/$unit_code" "$resident"
expect 200 '.audience == "neighbour"' '.chief.name == "王建国"' '.members[0].name == "陈秀英"'

say '单元长王建国扫码:还看到人数——几名党员、几名已亮身份、几名还没有。'
ask GET "/v1/units/$unit_code" "$chief"
expect 200 '.audience == "officer"' '.counts | .members == 4 and .showing == 1 and .not_yet == 3'

say '页面没有变化时,再问一次只回答“和上次一样”。'
tag=$(curl -sS -o /dev/null -D - "$at/v1/units/$unit_code" -H "Authorization: Bearer $chief" | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
ask GET "/v1/units/$unit_code" "$chief" '' "If-None-Match: $tag"
expect 304

say '扫到一个不存在的码,告诉他该怎么办。'
ask GET /v1/units/NOSUCHCODE00 ''
expect 404 '.code == "code.unknown"'

# --- an activity begins ---

say '社区发起 20 分钟后的义诊,只有 1 个名额。'
ask POST "/v1/nodes/$community/activities" "$staff" "{\"kind\":\"elderly\",\"title\":\"社区义诊\",\"place\":\"社区服务大厅\",\"starts_at\":\"$(in_seconds 1200)\",\"ends_at\":\"$(in_seconds 8400)\",\"capacity\":1,\"audience\":\"everybody\"}"
expect 200 '.phase == "upcoming" and .capacity == 1'
clinic=$(take .id)

say '单元长王建国发起马上开始的楼道大扫除,李小梅报名。'
begins=$(($(date +%s) + 6))
ask POST "/v1/nodes/$unit/activities" "$chief" "{\"kind\":\"environment\",\"title\":\"楼道大扫除\",\"place\":\"3栋1单元\",\"starts_at\":\"$(in_seconds 6)\",\"ends_at\":\"$(in_seconds 76)\",\"audience\":\"everybody\"}"
expect 200
cleaning=$(take .id)
ask POST "/v1/activities/$cleaning/sign-up" "$resident"
expect 200 '.state == "seated"'

say '组织者的屏幕上是签到码,每 30 秒换一个。李小梅扫码签到;张卫东没有报名,还有名额,在现场签到就算报了名。'
screen "$cleaning" in "$chief"
ask POST "/v1/activities/$cleaning/check-in" "$resident" "{\"code\":\"$code\"}"
expect 200 '.state == "open" and .in_way == "code" and (.already | not)'
ask POST "/v1/activities/$cleaning/check-in" "$member" "{\"code\":\"$code\"}"
expect 200 '.state == "open"'
say '再扫一次,什么也不变。'
ask POST "/v1/activities/$cleaning/check-in" "$resident" "{\"code\":\"$code\"}"
expect 200 '.already'

say '签到码只有组织者打得开。'
ask GET "/v1/activities/$cleaning/check-in-code?way=in" "$resident"
expect 404 '.code == "activity.not_found"'

say '拿义诊的签到码来大扫除签到,被拒绝。'
screen "$clinic" in "$staff"
ask POST "/v1/activities/$cleaning/check-in" "$in_service" "{\"code\":\"$code\"}"
expect 409 '.code == "activity.code_of_another"'

say '活动开始了,不能再报名;没有结束,不能确认时长。'
while (($(date +%s) <= begins)); do sleep 0.1; done
ask POST "/v1/activities/$cleaning/sign-up" "$in_service"
expect 409 '.code == "activity.started"'
ask POST "/v1/activities/$cleaning/confirm" "$chief" '{}'
expect 409 '.code == "activity.not_over"'

# --- binding ---

say '新住户何晓燕还没有绑定,先读“手机号核对”的授权说明。'
ask GET /v1/consents/phone_binding "$newcomer"
expect 200 '.version >= 1'
version=$(take .version)

say '她用微信手机号核对:名册里正好有一位,当场绑定。'
key="tour-bind-$(date +%s%N)"
ask POST /v1/bindings "$newcomer" "{\"phone_code\":\"demo-phone:15400000099\",\"consent_version\":$version}"
expect 200 '.state == "active"'
say '网络断了,手机用同一个编号重试:得到同一个回答,没有再办一次。'
ask POST /v1/bindings "$newcomer" "{\"phone_code\":\"demo-phone:15400000099\",\"consent_version\":$version}"
expect 200 '.state == "active"'
say '同一个编号换了内容,被拒绝。'
ask POST /v1/bindings "$newcomer" "{\"phone_code\":\"demo-phone:15400000098\",\"consent_version\":$version}"
expect 409 '.code == "idempotency.key_reused"'
key=

say '另一位新来的人手机号对不上,改向单元长申请:写明楼道的码、姓名和房号。'
ask POST /v1/login '' '{"code":"demo:visitor"}'
expect 200
visitor=$(take .token)
ask POST /v1/bindings "$visitor" "{\"phone_code\":\"demo-phone:15400009999\",\"consent_version\":$version}"
expect 200 '.next == "ask_chief"'
ask POST /v1/binding-requests "$visitor" "{\"unit_code\":\"$unit_code\",\"name\":\"钱多多\",\"room\":\"402\",\"consent_version\":$version}"
expect 200 '.state == "pending"'

say '单元长看到等他确认的申请,手机号只露头尾。'
ask GET /v1/binding-requests "$chief"
expect 200 '.items | length == 1' '.items[0].phone | test("^154[*]+9999$")'
request=$(take '.items[0].request_id')

say '隔壁普通居民看不到,也办不了。'
ask POST "/v1/binding-requests/$request/approve" "$resident" '{"new_person":true}'
expect 403

say '单元长认识他,确认为 402 室新登记的居民。'
ask POST "/v1/binding-requests/$request/approve" "$chief" '{"new_person":true}'
expect 200 '.state == "active"'
ask GET /v1/me "$visitor"
expect 200 '.bound and .name == "钱多多"'

say '何晓燕换了手机里的微信:新微信用同一个号码核对,名册里的人已有账号,转社区核实。'
ask POST /v1/login '' '{"code":"demo:newphone"}'
expect 200
newphone=$(take .token)
ask POST /v1/bindings "$newphone" "{\"phone_code\":\"demo-phone:15400000099\",\"consent_version\":$version}"
expect 200 '.state == "pending" and .next == "wait_for_community"'
say '社区核实后同意换绑:新微信就是何晓燕,旧微信立刻不是任何人。'
ask GET /v1/rebinding-requests "$staff"
expect 200 '.items | length == 1'
ask POST "/v1/rebinding-requests/$(take '.items[0].request_id')/approve" "$staff"
expect 200 '.state == "active"'
ask GET /v1/me "$newphone"
expect 200 '.bound and .name == "何晓燕"'
ask GET /v1/me "$newcomer"
expect 200 '.bound | not'

# --- identity display ---

say '党员张卫东读亮身份的授权说明,然后亮身份:写姓氏、一句承诺、一项特长,只在单元页上。'
ask GET /v1/consents/identity_display "$member"
expect 200
version=$(take .version)
ask POST /v1/displays "$member" "{\"name_form\":\"surname\",\"pledge\":\"邻里有事,随叫随到\",\"skills\":\"修水管\",\"on_page\":true,\"in_group\":false,\"on_door\":false,\"consent_version\":$version}"
expect 200 '.on_page'

say '下一次扫码就能看到他;过路人看不到特长。'
ask GET "/v1/units/$unit_code" "$resident"
expect 200 '[.members[].name] | index("张同志")' '[.members[].skills] | index("修水管")'
ask GET "/v1/units/$unit_code" ''
expect 200 '[.members[].name] | index("张同志")' '[.members[].skills] | index("修水管") | not'

say '不是党员的居民不能亮身份。'
ask POST /v1/displays "$resident" "{\"name_form\":\"full\",\"on_page\":true,\"in_group\":false,\"on_door\":false,\"consent_version\":$version}"
expect 403

say '单元长从单元微信群的卡片打开小程序,把群和单元绑定;群的编号在我们这边解密。'
ask POST "/v1/nodes/$unit/group" "$chief" "$(curl -fsS "$phones/group-data?openid=demo-chief&group=GROUP-OF-UNIT-1")"
expect 200 ".unit_id == \"$unit\""

say '张卫东也从这个群里打开,于是可以在群里亮身份。'
ask POST /v1/group-entries "$member" "$(curl -fsS "$phones/group-data?openid=demo-member&group=GROUP-OF-UNIT-1")"
expect 200 '.may_show'
ask POST /v1/displays "$member" "{\"name_form\":\"full\",\"pledge\":\"邻里有事,随叫随到\",\"on_page\":true,\"in_group\":true,\"on_door\":false,\"consent_version\":$version}"
expect 200 '.in_group'

# --- plaque ---

say '张卫东为自己家申请“共产党员户”门牌。先允许微信给他发一条结果通知。'
ask POST /v1/me/accepts "$member" '{"results":[{"template":"plaque","accepted":true}]}'
expect 200
ask POST /v1/plaques "$member"
expect 200 '.state == "applied"'
plaque=$(take .id)

say '单元长不能审批,这是支部书记的事。'
ask POST "/v1/plaques/$plaque/approve" "$chief"
expect 403
say '支部书记周正审批通过,单元长上门装好。'
ask POST "/v1/plaques/$plaque/approve" "$secretary"
expect 200 '.state == "approved"'
ask POST "/v1/plaques/$plaque/install" "$chief"
expect 200 '.state == "installed"'
say '装好的不能再装一次。'
ask POST "/v1/plaques/$plaque/install" "$chief"
expect 409

say '张卫东的收件箱里有消息,微信也收到了一条(一次允许,只发一条)。'
ask GET /v1/notices "$member"
expect 200 '.items | length >= 1'
for _ in $(seq 50); do [[ $(curl -fsS "$phones/messages?openid=demo-member" | jq length) == 0 ]] || break; sleep 0.1; done
answer=$(curl -fsS "$phones/messages?openid=demo-member") status=200
show "< 手机上的微信:$answer"
expect 200 'length == 1'

say '过路人扫门上的码:是真的。门牌只说到单元,不说哪一户、哪些人。'
ask GET "/v1/nodes/$unit/codes" "$chief"
expect 200
door=$(take '[.items[] | select(.kind == "plaque" and .revoked_at == null)][0].code')
ask GET "/v1/plaques/scan/$door" ''
expect 200 '.state == "genuine"' '.title == "共产党员户"'

say '门牌掉了,单元长登记摘除:同一个码再扫,就不是真的了。'
ask POST "/v1/plaques/$plaque/remove" "$chief" '{"reason":"门牌脱落,重新申请"}'
expect 200 '.state == "removed"'
ask GET "/v1/plaques/scan/$door" ''
expect 200 '.state == "revoked"' '.members == []'

# --- withdrawal ---

say '张卫东撤回亮身份:下一次扫码就没有他了,群里也没有。'
ask POST /v1/displays/withdraw "$member"
expect 200
ask GET "/v1/units/$unit_code" "$resident"
expect 200 '[.members[].name] | (index("张同志") or index("张卫东")) | not'
ask GET "/v1/nodes/$unit/group/members" "$chief"
expect 200 '.items | length == 0'

# --- codes ---

say '海报被撕了,社区换一个新码;旧海报告诉扫码的人该怎么办。'
ask GET "/v1/nodes/$unit/codes" "$staff"
expect 200
code_id=$(take '[.items[] | select(.kind == "unit" and .revoked_at == null)][0].id')
ask POST "/v1/codes/$code_id/replace" "$staff" '{"reason":"海报被撕掉了"}'
expect 200
new_code=$(take .code)
new_id=$(take .id)
ask GET "/v1/units/$unit_code" "$resident"
expect 410 '.code == "code.revoked"'
ask GET "/v1/units/$new_code" "$resident"
expect 200

say '新海报又不见了,社区先只作废这个码:扫到它的人知道该怎么办;等到重新做码,才有新的。'
ask POST "/v1/codes/$new_id/revoke" "$staff" '{"reason":"海报被人拿走了"}'
expect 200 '.revoked_at != null'
ask GET "/v1/scenes/$new_code" ''
expect 200 '.is == "revoked"' '.text | test("新贴的码")'
ask GET "/v1/nodes/$unit/codes" "$staff"
expect 200 '[.items[] | select(.kind == "unit" and .revoked_at == null)] | length == 0'
ask POST "/v1/nodes/$unit/codes" "$staff"
expect 200 ".id != \"$new_id\""
new_code=$(take .code)
new_id=$(take .id)
unit_code=$new_code

say '单元长下载新海报的小程序码(微信生成一次,以后都用这一张)。'
picture=$(curl -sS -o "$home/code.jpg" -w '%{http_code} %{content_type} %{size_download}' "$at/v1/codes/$new_id/image" -H "Authorization: Bearer $chief")
show "> GET /v1/codes/$new_id/image" "< $picture"
[[ $picture == "200 image/jpeg "* ]] || { answer=$picture; fail 'no picture'; }
