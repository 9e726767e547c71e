import "element-plus/theme-chalk/base.css";
import "./style/base.css";
import "./style/table.css";
import "./style/frame.css";
import "./style/page.css";
import "./style/print.css";
import { createApp } from "vue";
import App from "./App.vue";
import { router } from "./router";

createApp(App).use(router).mount("#app");
