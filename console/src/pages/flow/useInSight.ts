// What one looks at stays in sight: the node that is chosen, and the one where a call is that is followed.
import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { NODE_WIDTH } from "./model/layout";

/** Its side panel slides in, and the canvas has its new width. */
const AFTER_PANEL_MS = 60;
const TITLE_HEIGHT = 40;

/** What is chosen is not hidden by the panel that opens for it. `beside`: a panel is open beside the canvas. */
export function useChosenInSight(
  root: RefObject<HTMLElement | null>,
  chosen: ReadonlySet<string>,
  beside: string | null,
): void {
  const canvas = useReactFlow();
  const [only] = chosen.size === 1 ? chosen : [];
  useEffect(() => {
    if (only === undefined || beside === null) return;
    const timer = setTimeout(() => {
      const node = canvas.getNode(only);
      const box = root.current?.querySelector(".react-flow")?.getBoundingClientRect();
      if (node === undefined || box === undefined) return;
      const at = canvas.flowToScreenPosition(node.position);
      const width = NODE_WIDTH * canvas.getZoom();
      const across = at.x >= box.left && at.x + width <= box.right;
      if (across && at.y >= box.top && at.y + TITLE_HEIGHT <= box.bottom) return;
      void canvas.setCenter(node.position.x + NODE_WIDTH / 2, node.position.y + 60, {
        zoom: canvas.getZoom(),
        duration: 200,
      });
    }, AFTER_PANEL_MS);
    return () => clearTimeout(timer);
  }, [only, beside, canvas, root]);
}

/** A call that is followed stays in sight. `active`: its node; "" without one. */
export function useFollowedInSight(active: string): void {
  const canvas = useReactFlow();
  useEffect(() => {
    const node = active === "" ? undefined : canvas.getNode(active);
    if (node === undefined) return;
    const height = node.measured?.height ?? 120;
    void canvas.setCenter(node.position.x + NODE_WIDTH / 2, node.position.y + height / 2, {
      zoom: Math.max(canvas.getZoom(), 0.6),
      duration: 300,
    });
  }, [active, canvas]);
}
