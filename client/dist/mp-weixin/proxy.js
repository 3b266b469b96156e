"use strict";const e=require("./common/vendor.js").shallowRef(null);exports.enterFor=function(n){e.value=n},exports.nameOf=n=>{var r;return(null==(r=e.value)?void 0:r.id)===n?e.value.name:"这位居民"};
