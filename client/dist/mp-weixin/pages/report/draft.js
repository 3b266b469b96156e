"use strict";exports.blank=()=>({category:"",words:"",place:"",urgent:!1,anonymity:"named",answers:{},photos:[]});
