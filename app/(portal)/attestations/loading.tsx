export { PageLoading as default } from "#components/frame/loading.tsx";
