import "../style/base.css";
import "../style/page.css";
import "../style/alone.css";
import "../style/print.css";
import { createApp } from "vue";
import Visit from "./Visit.vue";

createApp(Visit).mount("#app");
