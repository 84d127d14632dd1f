import { t } from "@/app/i18n";
import { Card, EmptyState, Page } from "@/ui";

export default function PhonePage() {
  return (
    <Page title={t("Phone")}>
      <Card>
        <EmptyState
          title={t("This page is being built.")}
          text={t("Until it is here, the API and the command line do all that it will.")}
        />
      </Card>
    </Page>
  );
}
