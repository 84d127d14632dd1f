// Arabic (Modern Standard), by page: the files in ar/, put together. Buttons and menus are in the masdar (حفظ, إزالة), hints and questions speak to the user in the imperative; digits are Latin (see `locale` in ../i18n.ts), quotes are «…».
//
// One word for each thing, in every file:
//   call مكالمة · caller متصل · agent وكيل · flow مسار (its nodes عقدة, edges وصلة) · route مسلك · number رقم
//   trunk خط ربط (never خط alone, which is a line) · carrier مشغّل الاتصالات · exchange مقسم · provider مزوّد
//   extension تحويلة · to transfer تحويل · hold تعليق (music on hold موسيقى الانتظار) · mute كتم · hang up إنهاء المكالمة
//   incoming واردة · outgoing صادرة · missed فائتة · ringing يرنّ · keypad لوحة المفاتيح · handset, loudspeaker السماعة
//   barge-in, to interrupt مقاطعة · turn دور · transcript النص المفرَّغ (النص, where short) · recording تسجيل
//   listen استماع · whisper همس · take over تولّي · supervisor مشرف · operator المشغّل (of the server)
//   engine محرك · recogniser محرك التعرّف · voice صوت · language model نموذج لغوي · prompt تعليمات · token رمز
//   latency زمن الاستجابة · jitter تذبذب · packet loss الفقد · codec ترميز · encryption تعمية
//   key مفتاح · scope صلاحية · quota حصة · to revoke إبطال · webhook خطاف ويب · endpoint نقطة نهاية · delivery تسليم
//   knowledge المعرفة (collection مجموعة, document مستند, passage مقطع, vector متجه) · audit log سجل التدقيق
//   console لوحة التحكم · dashboard لوحة المعلومات · playground ساحة التجربة · settings الإعدادات
//   draft, working copy نسخة العمل · version نسخة · to publish نشر · fallback بديل · usual معتاد
import type { Catalogue } from "../i18n";

const files = import.meta.glob<Catalogue>("./ar/*.json", { import: "default", eager: true });

const catalogue: Catalogue = Object.assign({}, ...Object.values(files));
export default catalogue;
