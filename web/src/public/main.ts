import "../style/base.css";
import "../style/page.css";
import "../style/alone.css";
import "../style/print.css";
import { createApp } from "vue";
import Report from "./Report.vue";

createApp(Report).mount("#app");
