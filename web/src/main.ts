import "element-plus/theme-chalk/base.css";
import "./style/base.css";
import "./style/table.css";
import "./style/frame.css";
import "./style/page.css";
import "./style/print.css";
import { createApp } from "vue";
import Entrance from "./Entrance.vue";

createApp(Entrance).mount("#app");
